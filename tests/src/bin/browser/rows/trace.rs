//! The page of a trace.

use crate::page::READY;
use crate::traces::{ORDER, PAYMENT, RECEIPT};
use crate::{Held, Scene};

const OPEN: &str = "(document.querySelector('#detail:not([hidden]) h2')?.textContent ?? '')";
const SELECTED: &str = "(document.querySelector('#waterfall .row[aria-selected=true]')?.textContent ?? '')";

pub(crate) async fn details(Scene { page, .. }: &Scene) -> Held {
    page.go_to_trace(&format!("/trace/{ORDER}")).await?;
    page.hold("document.querySelectorAll('#waterfall .row').length === 3")
        .await?;
    page.hold("document.querySelectorAll('#waterfall .row .time').length === 3")
        .await?;
    page.hold("document.querySelectorAll('#waterfall .critical').length > 0")
        .await?;
    page.hold("!document.querySelector('#minimap').hidden").await?;
    page.click("#waterfall .row:nth-child(3)").await?;
    page.wait(&format!("{OPEN}.includes('charge card')")).await?;
    for text in [
        "card refused",
        "CardError",
        "insufficient funds",
        "pay.rs:12",
        "retry",
        "the card was refused twice",
    ] {
        page.hold(&format!(
            "document.querySelector('#detail').textContent.includes({text:?})"
        ))
        .await?;
    }
    page.hold(&format!("location.search === '?span={PAYMENT}'"))
        .await?;
    page.shot("trace").await?;
    page.hold(&format!("fetch('/trace/{ORDER}/otlp.json').then((answer) => answer.json()).then((file) => file.resourceSpans.length === 2)")).await?;
    page.hold(&format!(
        "document.querySelector('a[download]').pathname === '/trace/{ORDER}/otlp.json'"
    ))
    .await?;
    page.click("#detail .close").await?;
    page.wait("document.querySelector('#detail').hidden && location.search === ''")
        .await
}

pub(crate) async fn link(Scene { page, .. }: &Scene) -> Held {
    page.go_to_trace(&format!("/trace/{ORDER}")).await?;
    page.click("#waterfall .row").await?;
    let link = format!("#detail a[href^='/trace/{RECEIPT}']");
    page.click(&link).await?;
    page.wait(&format!("location.pathname === '/trace/{RECEIPT}' && {READY}"))
        .await?;
    page.wait(&format!("{OPEN}.includes('send receipt')")).await
}

pub(crate) async fn find(Scene { page, .. }: &Scene) -> Held {
    page.go_to_trace(&format!("/trace/{ORDER}")).await?;
    page.key("/").await?;
    page.write("insufficient").await?;
    page.wait("document.querySelector('#found').textContent === '1 found'")
        .await?;
    page.hold("document.querySelectorAll('#waterfall .row.dim').length === 2")
        .await?;
    page.key("Enter").await?;
    page.wait(&format!("{SELECTED}.includes('charge card')")).await?;
    page.value("document.querySelector('#find').select()").await?;
    page.write("name=\"reserve stock\"").await?;
    page.wait("document.querySelector('#waterfall .row:not(.dim)').textContent.includes('reserve stock')")
        .await?;
    page.value("document.querySelector('#find').select()").await?;
    page.write("nowhere to be found").await?;
    page.wait("document.querySelector('#found').textContent === 'none'")
        .await
}

pub(crate) async fn keys(Scene { page, .. }: &Scene) -> Held {
    page.go_to_trace(&format!("/trace/{ORDER}")).await?;
    for (key, selected) in [
        ("j", "POST /orders"),
        ("ArrowDown", "reserve stock"),
        ("k", "POST /orders"),
        ("e", "charge card"),
        ("ArrowLeft", "POST /orders"),
    ] {
        page.key(key).await?;
        page.wait(&format!("{SELECTED}.includes({selected:?})")).await?;
    }
    page.key("c").await?;
    page.wait("document.querySelectorAll('#waterfall .row').length === 1")
        .await?;
    page.key("ArrowRight").await?;
    page.wait("document.querySelectorAll('#waterfall .row').length === 3")
        .await?;
    page.key("Enter").await?;
    page.wait(&format!("{OPEN}.includes('POST /orders')")).await?;
    page.key("Escape").await?;
    page.wait("document.querySelector('#detail').hidden").await?;
    page.key("?").await?;
    page.wait("document.querySelector('#help').open").await?;
    page.key("Escape").await?;
    page.wait("!document.querySelector('#help').open").await?;
    page.go("/").await?;
    page.key("j").await?;
    page.wait("document.activeElement.matches('.result')").await?;
    page.key("Enter").await?;
    page.wait(READY).await
}

pub(crate) async fn deep_link(Scene { page, .. }: &Scene) -> Held {
    page.go_to_trace(&format!("/trace/{ORDER}#span={PAYMENT}"))
        .await?;
    page.wait(&format!(
        "{OPEN}.includes('charge card') && {SELECTED}.includes('charge card')"
    ))
    .await
}

pub(crate) async fn table(Scene { page, .. }: &Scene) -> Held {
    const NAMES: &str =
        "[...document.querySelectorAll('#table .row')].map((row) => row.children[1].textContent).join()";
    page.go_to_trace(&format!("/trace/{ORDER}")).await?;
    page.click("[data-view=table]:not(#trace)").await?;
    page.wait(&format!("{NAMES} === 'POST /orders,reserve stock,charge card'"))
        .await?;
    page.click("#table .columns span:nth-child(4) button").await?;
    page.wait(&format!("{NAMES} === 'POST /orders,charge card,reserve stock'"))
        .await?;
    page.click("#table .row:nth-child(2)").await?;
    page.wait(&format!("{OPEN}.includes('charge card')")).await?;
    page.shot("table").await?;
    // The address says so, and leads there again.
    page.go_to_trace(&format!("/trace/{ORDER}?span={PAYMENT}&view=table"))
        .await?;
    page.hold("!document.querySelector('#table').hidden && document.querySelector('#waterfall').hidden")
        .await
}
