//! The page of services.

use crate::{Held, Scene};

pub(crate) async fn graph(Scene { page, .. }: &Scene) -> Held {
    page.go("/services").await?;
    page.hold(
        "[...document.querySelectorAll('.graph .node title')].some((one) => one.textContent === 'payments')",
    )
    .await?;
    page.hold("[...document.querySelectorAll('.graph .edge title')].some((one) => one.textContent.startsWith('shop → payments: 1 calls, 1 errors'))").await?;
    page.hold("[...document.querySelectorAll('.services h2 a')].some((one) => one.textContent === 'mailer')")
        .await?;
    page.shot("services").await?;
    page.click("details.calls summary").await?;
    page.wait("[...document.querySelectorAll('.calls tbody tr')].some((row) => row.textContent.startsWith('shoppayments'))").await?;
    page.click(".services a[href*='mailer']").await?;
    page.wait("location.pathname === '/' && document.querySelectorAll('.result').length === 1")
        .await
}

/// Rates, errors and durations; the numbers lead to the spans behind them.
pub(crate) async fn red(Scene { page, .. }: &Scene) -> Held {
    const FOUND: &str = "location.pathname === '/' && document.querySelectorAll('.result').length === 1";
    page.go("/services?range=1h").await?;
    page.click(".services a[href='/services/payments?range=1h']")
        .await?;
    page.wait("document.querySelectorAll('.red tbody tr').length === 2")
        .await?;
    page.hold(
        "document.querySelector('.red tbody tr:last-child').textContent.startsWith('charge card1 1.0/h')",
    )
    .await?;
    page.hold("document.querySelectorAll('.red tr:last-child .spark rect').length === 3")
        .await?;
    page.shot("red").await?;
    for number in ["a.bad", "td:nth-child(2) a", "td:nth-child(5) a"] {
        page.go("/services/payments").await?;
        page.click(&format!(".red tr:last-child {number}")).await?;
        page.wait(FOUND).await?;
        page.hold("document.querySelector('.result').textContent.includes('POST /orders')")
            .await?;
    }
    page.go("/services/chat").await?;
    page.value("document.querySelector('.heading select').value = '24h'")
        .await?;
    page.value("document.querySelector('.heading select').dispatchEvent(new Event('change'))")
        .await?;
    page.wait("location.search === '?range=24h' && document.querySelectorAll('.red tbody tr').length > 1")
        .await
}
