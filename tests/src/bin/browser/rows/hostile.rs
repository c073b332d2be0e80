//! What a span says is text, wherever it is shown.

use crate::page::Page;
use crate::traces::{HOSTILE, MARKUP};
use crate::{Held, Scene};
use serde_json::Value;

/// Nothing has run, nothing became an element, and no link leads to a script.
const HARMLESS: &str = "window.owned === undefined &&
    !document.querySelector('main img, [onerror], script:not([src]), style, iframe') &&
    [...document.querySelectorAll('a, use')].every((one) => !/^ *javascript:/i.test(one.getAttribute('href') ?? ''))";

pub(crate) async fn is_text(Scene { page, .. }: &Scene) -> Held {
    let line = encoded(page, &format!("~{MARKUP}")).await?;
    let service = encoded(page, &format!("service={}", quoted(MARKUP))).await?;
    let lists = [
        format!("/?q={service}"),
        format!("/?q={line}"),
        format!("/live?q={line}"),
        "/services".to_owned(),
        format!("/services/{}", encoded(page, MARKUP).await?),
        "/?range=all&limit=500".to_owned(),
    ];
    for address in lists {
        page.go(&address).await?;
        page.hold(HARMLESS)
            .await
            .map_err(|error| format!("{address}: {error}"))?;
    }
    page.go(&format!("/?q={service}")).await?;
    page.hold("document.querySelectorAll('.result').length === 1 && document.querySelector('.result').textContent.includes('<script>')").await?;
    for span in ["0a000000000000c1", "0a000000000000c2"] {
        // As the collector makes the panel, and as the script does.
        page.go_to_trace(&format!("/trace/{HOSTILE}?span={span}")).await?;
        shown(page).await?;
        page.go_to_trace(&format!("/trace/{HOSTILE}#span={span}")).await?;
        shown(page).await?;
    }
    page.shot("hostile").await?;
    page.click("[data-view=table]:not(#trace)").await?;
    page.wait("document.querySelectorAll('#table .row').length === 2")
        .await?;
    page.click("#find").await?;
    page.write(MARKUP).await?;
    page.wait("document.querySelector('#found').textContent !== ''")
        .await?;
    page.hold(HARMLESS).await?;
    completed(page).await
}

/// All that is known of the span, closed sections too.
async fn shown(page: &Page) -> Held {
    page.wait("document.querySelector('#detail:not([hidden]) .attributes')")
        .await?;
    page.value("document.querySelectorAll('#detail details').forEach((one) => { one.open = true })")
        .await?;
    page.hold("document.querySelector('#detail').textContent.includes('<script>')")
        .await?;
    page.hold(HARMLESS).await
}

/// Keys and values that are offered.
async fn completed(page: &Page) -> Held {
    page.go("/").await?;
    page.click("#q").await?;
    page.write("service=\"'").await?;
    page.wait("document.querySelector('#completions:not([hidden])')?.textContent.includes('<script>')")
        .await?;
    page.hold(HARMLESS).await
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

async fn encoded(page: &Page, text: &str) -> Result<String, Box<dyn std::error::Error>> {
    page.text(&format!("encodeURIComponent({})", Value::from(text)))
        .await
}
