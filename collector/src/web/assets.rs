//! Style, scripts and the icon: in the binary, under an address that changes with their contents.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal: $kind:expr),* $(,)?) => {
        &[$(Asset { name: $name, kind: $kind, text: include_str!(concat!("assets/", $name)) }),*]
    };
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: &[Asset] = assets! {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "axis.js": SCRIPT,
    "complete.js": SCRIPT,
    "detail.js": SCRIPT,
    "dom.js": SCRIPT,
    "find.js": SCRIPT,
    "format.js": SCRIPT,
    "keys.js": SCRIPT,
    "live.js": SCRIPT,
    "minimap.js": SCRIPT,
    "model.js": SCRIPT,
    "search.js": SCRIPT,
    "services.js": SCRIPT,
    "table.js": SCRIPT,
    "tail.js": SCRIPT,
    "times.js": SCRIPT,
    "trace.js": SCRIPT,
    "virtual.js": SCRIPT,
    "waterfall.js": SCRIPT,
};

/// One version for all of them: scripts import each other by relative names.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = crc32fast::Hasher::new();
    for asset in ASSETS {
        hash.update(asset.name.as_bytes());
        hash.update(asset.text.as_bytes());
    }
    format!("{:08x}", hash.finalize())
});

/// Where an asset is.
pub(super) fn address(name: &str) -> String {
    debug_assert!(
        ASSETS.iter().any(|asset| asset.name == name),
        "{name} is an asset"
    );
    format!("/assets/{}/{name}", *VERSION)
}

pub(super) async fn answer(Path((version, name)): Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) if version == *VERSION => (
            [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            asset.text,
        )
            .into_response(),
        _ => (
            StatusCode::NOT_FOUND,
            "There is no such file: load the page again.\n",
        )
            .into_response(),
    }
}
