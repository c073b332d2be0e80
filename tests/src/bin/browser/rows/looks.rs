//! Every page in a narrow window and a wide one, in the dark and in the light.

use crate::traces::{LARGE, ORDER, PAYMENT};
use crate::{Held, Scene};

/// What is right at every width: nothing makes the page itself scroll sideways.
const FITS: &str =
    "document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth";
/// How bright a colour is, of 255.
const BRIGHT: &str = "((name, of) => { const pen = new OffscreenCanvas(1, 1).getContext('2d');
    pen.fillStyle = getComputedStyle(document.body)[name]; pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data; return (red + green + blue) / 3; })";

pub(crate) async fn every_page(scene: &Scene) -> Held {
    let pages = [
        ("search", "/".to_owned()),
        ("error", "/?q=duration%3E%3E5".to_owned()),
        ("nothing", "/?q=service%3Dnobody".to_owned()),
        ("trace", format!("/trace/{ORDER}?span={PAYMENT}")),
        ("table", format!("/trace/{ORDER}?view=table")),
        ("large", format!("/trace/{LARGE}")),
        ("services", "/services".to_owned()),
        ("red", "/services/gateway".to_owned()),
        ("live", "/live".to_owned()),
    ];
    let held = in_every_way(scene, &pages).await;
    scene.page.window(1280, 800).await?;
    scene.page.scheme("").await?;
    held
}

async fn in_every_way(Scene { page, .. }: &Scene, pages: &[(&str, String)]) -> Held {
    for scheme in ["light", "dark"] {
        page.scheme(scheme).await?;
        for (width, height) in [(400, 800), (1280, 800)] {
            page.window(width, height).await?;
            for (name, address) in pages {
                let shot = format!("{name}-{scheme}-{width}");
                match address.starts_with("/trace/") {
                    true => page.go_to_trace(address).await?,
                    false => page.go(address).await?,
                }
                page.hold(FITS)
                    .await
                    .map_err(|error| format!("{shot}: {error}"))?;
                let (ground, text) = match scheme {
                    "dark" => ("< 60", "> 180"),
                    _ => ("> 200", "< 90"),
                };
                page.hold(&format!(
                    "{BRIGHT}('backgroundColor') {ground} && {BRIGHT}('color') {text}"
                ))
                .await
                .map_err(|error| format!("{shot}: {error}"))?;
                page.shot(&shot).await?;
            }
        }
    }
    Ok(())
}
