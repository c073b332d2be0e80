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
