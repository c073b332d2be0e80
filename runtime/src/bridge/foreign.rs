//! What is known of each span callsite of other crates: a [`Site`], of which there are as many as the program has
//! callsites, and whether it is a mirror of ours.

use super::callsite::MARK_LATE;
use super::filter::level_of;
use crate::site::Site;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};
use tracing_core::Metadata;
use tracing_core::callsite::Identifier;

static SITES: LazyLock<RwLock<HashMap<Identifier, &'static Site>>> = LazyLock::new(RwLock::default);

/// What is known of a callsite.
#[derive(Clone, Copy)]
pub(super) struct Foreign {
    /// `None` for the mirror of a site of ours, which is there to be recorded on.
    pub(super) site: Option<&'static Site>,
}

/// Callsites that a thread remembers, by where their metadata lies.
const REMEMBERED: usize = 64;

type Remembered = Cell<Option<(&'static Metadata<'static>, Foreign)>>;

thread_local! {
    static RECENT: [Remembered; REMEMBERED] = const { [const { Cell::new(None) }; REMEMBERED] };
}

/// What is known of this callsite. A lock and a hash for each span would be a third of what it costs.
pub(super) fn of(metadata: &'static Metadata<'static>) -> Foreign {
    let address = std::ptr::from_ref(metadata).addr();
    RECENT.with(|recent| {
        // Metadata is larger than 64 bytes.
        let place = &recent[(address >> 6) % REMEMBERED];
        match place.get() {
            Some((known, foreign)) if std::ptr::eq(known, metadata) => foreign,
            _ => {
                let is_mirror = metadata.fields().field(MARK_LATE).is_some();
                let foreign = Foreign {
                    site: (!is_mirror).then(|| site_of(metadata)),
                };
                place.set(Some((metadata, foreign)));
                foreign
            }
        }
    })
}

fn site_of(metadata: &'static Metadata<'static>) -> &'static Site {
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
