//! The web page: HTML and SVG from here, and a little plain JavaScript that makes it quick to the hand.
//!
//! Every page says all it has to say without JavaScript, too. It runs under a Content-Security-Policy that allows
//! nothing inline and nothing from elsewhere, and answers only to names that mean this machine (see [`WebConfig`]).

mod access;
mod assets;
mod complete;
mod format;
mod layout;
mod live;
mod palette;
mod respond;
mod search;
mod services;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trace;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

pub use live::Tail;

use crate::store::Read;

/// What the web page may be told.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// Names besides those of the loopback interface under which the page may be asked for: what a browser has in its
    /// address bar, without the port. Others are refused, so that no foreign page reads traces by having its own name
    /// lead here.
    pub allowed_hosts: Vec<String>,
}

/// The web page over a store. Without a `tail` there is no live page.
pub fn router(read: Arc<dyn Read>, tail: Option<Arc<dyn Tail>>, config: WebConfig) -> Router {
    let site = Site {
        read,
        tail,
        config: Arc::new(config),
    };
    Router::new()
        .route("/", get(search::page))
        .route("/complete", get(complete::answer))
        .route("/trace/{id}", get(trace::page))
        .route("/trace/{id}/data", get(trace::data))
        .route("/trace/{id}/otlp.json", get(trace::download))
        .route("/trace/{id}/find", get(trace::find))
        .route("/trace/{id}/span/{span}", get(trace::span))
        .route("/services", get(services::page))
        .route("/services/{name}", get(services::red::page))
        .route("/live", get(live::page))
        .route("/live/events", get(live::events))
        .route("/assets/{version}/{name}", get(assets::answer))
        .fallback(respond::not_found)
        .layer(from_fn_with_state(site.clone(), access::guard))
        .with_state(site)
}

/// Puts before other answers on the same listener what stands before the pages: a request under a foreign name is
/// refused.
pub fn guarded(router: Router, config: WebConfig) -> Router {
    router.layer(from_fn_with_state(Arc::new(config), access::guard_host))
}

/// What every page is made from.
#[derive(Clone)]
struct Site {
    read: Arc<dyn Read>,
    tail: Option<Arc<dyn Tail>>,
    config: Arc<WebConfig>,
}
