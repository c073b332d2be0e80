//! The search page.

use crate::page::READY;
use crate::{Held, Scene};

pub(crate) async fn by_the_line(Scene { page, .. }: &Scene) -> Held {
    page.go("/").await?;
    page.hold("document.querySelectorAll('.result').length === 20")
        .await?;
    page.shot("search").await?;
    page.key("/").await?;
    page.write(r#"service=payments AND error=true AND name="charge card""#)
        .await?;
    page.key("Enter").await?;
    page.wait("location.search.includes('payments') && document.querySelectorAll('.result').length === 1")
        .await?;
    page.hold("document.querySelector('.result').textContent.includes('POST /orders')")
        .await?;
    page.hold("document.querySelectorAll('.scatter .point').length === 1")
        .await?;
    page.shot("search-found").await?;
    page.click(".result").await?;
    page.wait(READY).await?;
    // The span that was found is open.
    page.wait("document.querySelector('#detail h2')?.textContent.includes('charge card')")
        .await?;
    wrong_line(page).await
}

async fn wrong_line(page: &crate::Page) -> Held {
    page.go("/?q=duration%3E%3E5").await?;
    page.hold("document.querySelector('#line-error .caret') && document.querySelector('#q').value === 'duration>>5'").await
}

/// A key, its operator and its value, none of them typed to the end.
pub(crate) async fn by_completion(Scene { page, .. }: &Scene) -> Held {
    const OFFERED: &str = "!document.querySelector('#completions').hidden &&
        [...document.querySelectorAll('#completions code')].map((one) => one.textContent)";
    page.go("/").await?;
    page.click("#q").await?;
    page.write("customer.t").await?;
    page.wait(&format!("({OFFERED} || []).includes('customer.tier')"))
        .await?;
    page.shot("completion").await?;
    page.key("ArrowDown").await?;
    page.key("Enter").await?;
    page.wait(&format!("({OFFERED} || []).includes('=')")).await?;
    page.key("Escape").await?;
    page.write("=g").await?;
    page.wait(&format!(
        "({OFFERED} || []).some((text) => text.includes('gold'))"
    ))
    .await?;
    page.key("Tab").await?;
    page.wait("/^customer.tier *= *\"?gold\"? ?$/.test(document.querySelector('#q').value)")
        .await?;
    page.key("Enter").await?;
    page.wait("location.search.includes('gold') && document.querySelectorAll('.result').length === 1")
        .await
}
