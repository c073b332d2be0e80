//! What the pages say where no script may run.

use crate::page::Page;
use crate::traces::{ORDER, PAYMENT};
use crate::{Held, Scene};

pub(crate) async fn every_page(Scene { page, .. }: &Scene) -> Held {
    page.scripts(false).await?;
    let held = said(page).await;
    page.scripts(true).await?;
    held
}

async fn said(page: &Page) -> Held {
    page.go("/?q=service%3Dpayments").await?;
    page.click(".result").await?;
    page.wait("document.querySelectorAll('#waterfall .row').length === 3")
        .await?;
    page.go(&format!("/trace/{ORDER}?span={PAYMENT}")).await?;
    // No script has taken over.
    page.hold("!document.querySelector('#trace').dataset.ready && document.querySelector('#tools').hidden")
        .await?;
    page.hold("document.querySelector('#detail').textContent.includes('insufficient funds')")
        .await?;
    page.go("/services").await?;
    page.hold("document.querySelectorAll('.graph .node').length > 1")
        .await?;
    page.go("/services/payments").await?;
    page.hold("document.querySelectorAll('.red .spark rect').length > 3")
        .await?;
    page.go("/live").await?;
    page.hold("document.querySelector('#tail-state').textContent === 'Needs JavaScript'")
        .await
}
