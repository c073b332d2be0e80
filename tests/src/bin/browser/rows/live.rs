//! The live page.

use crate::page::READY;
use crate::traces::MARKUP;
use crate::{Held, Scene};

pub(crate) async fn arrives(Scene { page, sender }: &Scene) -> Held {
    page.go("/live?q=service%3Dbell").await?;
    page.wait("document.querySelector('#tail-state').textContent === 'Waiting for spans'")
        .await?;
    sender.one("other", "not asked for").await?;
    sender.one("bell", "ring once").await?;
    page.wait("document.querySelector('#tail')?.textContent.includes('ring once')")
        .await?;
    page.hold("!document.querySelector('#tail').textContent.includes('not asked for')")
        .await?;
    page.shot("live").await?;
    page.click("#tail-pause").await?;
    sender.one("bell", MARKUP).await?;
    page.wait("document.querySelector('#tail-state').textContent.includes('paused, 1 waiting')")
        .await?;
    page.click("#tail-pause").await?;
    page.wait("document.querySelectorAll('#tail li').length === 2")
        .await?;
    page.hold("window.owned === undefined && !document.querySelector('#tail img, #tail script')")
        .await?;
    page.click("#tail li:last-child a").await?;
    page.wait(READY).await?;
    page.wait("document.querySelector('#detail h2')?.textContent.includes('ring once')")
        .await
}
