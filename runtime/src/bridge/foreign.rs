//! A [`Site`] for each span callsite of other crates; as many as the program has callsites.

use super::filter::level_of;
use crate::site::Site;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};
use tracing_core::Metadata;
use tracing_core::callsite::Identifier;

static SITES: LazyLock<RwLock<HashMap<Identifier, &'static Site>>> = LazyLock::new(RwLock::default);

/// The site of this callsite.
pub(super) fn site_of(metadata: &'static Metadata<'static>) -> &'static Site {
    let callsite = metadata.callsite();
    let known = SITES
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&callsite)
        .copied();
    known.unwrap_or_else(|| {
        let mut sites = SITES.write().unwrap_or_else(PoisonError::into_inner);
        sites.entry(callsite).or_insert_with(|| {
            let site = Site::new(
                metadata.name(),
                metadata.target(),
                metadata.file().unwrap_or_default(),
                metadata.line().unwrap_or_default(),
            );
            Box::leak(Box::new(site.level(level_of(*metadata.level()))))
        })
    })
}
