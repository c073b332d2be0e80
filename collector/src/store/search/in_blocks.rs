//! Searches in blocks: those that may hold the first spans before the others, and no more than are needed.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};

use super::bits::Bits;
use super::{Finders, Required, Top, candidates, evaluate};
use crate::filter::{Filter, Order, Test};
use crate::model::{Kind, Nanos};
use crate::store::block::{Block, Frames, KIND_MASK, STATUS_SHIFT};
use crate::store::partition::{BlockInfo, Borrowed};
use crate::store::state::Snapshot;
use crate::store::{Hit, ReadError, Search, SearchOrder};

/// Gives the spans that are searched for to `top`.
pub(in crate::store) fn search(
    snapshot: &Snapshot,
    search: &Search,
    finders: &Finders,
    required: &Required,
    top: &mut Top,
) -> Result<(), ReadError> {
    let connections: Vec<Borrowed<'_>> = snapshot
        .partitions
        .iter()
        .map(|partition| partition.reader.connect())
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for (partition, connection) in snapshot.partitions.iter().zip(&connections) {
        for info in candidates(partition, connection, &required.fingerprints)? {
            let duration = durations(info, required);
            if may_hold(info, &duration, required) {
                all.push((top.key(*info.start.end(), *duration.end()), info, connection));
            }
        }
    }
    all.sort_by_key(|(key, ..)| Reverse(*key));
    for (key, info, connection) in all {
        if !top.takes(key) {
            break;
        }
        let block = connection.block(info)?;
        let places = places(&block, info, search, finders, top)?;
        collect(&block, places, top)?;
    }
    Ok(())
}

/// The durations of the spans that are asked for, as far as they are known: of one service's, or of all.
fn durations(info: &BlockInfo, required: &Required) -> RangeInclusive<Nanos> {
    let slowest = required.service.and_then(|service| {
        info.slowest
            .iter()
            .find(|(of, _)| *of == service)
            .map(|(_, slowest)| *slowest)
    });
    *info.duration.start()..=slowest.unwrap_or(*info.duration.end())
}

fn may_hold(info: &BlockInfo, duration: &RangeInclusive<Nanos>, required: &Required) -> bool {
    let meets = |range: &RangeInclusive<Nanos>, wanted: &Range<Nanos>| {
        *range.start() < wanted.end && *range.end() >= wanted.start
    };
    meets(&info.start, &required.start)
        && meets(duration, &required.duration)
        && (!required.error || info.errors > 0)
}

/// The spans that are searched for, and that `top` takes: these are few, once it has enough.
fn places<F: Frames>(
    block: &Block<F>,
    info: &BlockInfo,
    search: &Search,
    finders: &Finders,
    top: &Top,
) -> Result<Vec<usize>, ReadError> {
    let mut bits = Bits::all(block.len());
    if top.is_full() {
        bits = Bits::from_iter(block.len(), keys(block, top)?.iter().map(|&key| top.takes(key)));
    }
    // A block that lies within the time asked for needs no look at its spans' times.
    let bounds = [
        (
            *info.start.start() < search.time.start,
            Order::GreaterOrEqual,
            search.time.start,
        ),
        (*info.start.end() >= search.time.end, Order::Less, search.time.end),
    ];
    for (needed, order, time) in bounds {
        if needed {
            bits.and(&evaluate(block, &Filter::Is(Test::Start(order, time)), finders)?);
        }
    }
    if !bits.is_empty() {
        bits.and(&evaluate(block, &search.filter, finders)?);
    }
    let mut places: Vec<usize> = bits.iter().collect();
    if places.is_empty() {
        return Ok(places);
    }
    let keys = keys(block, top)?;
    // The best first: then few of the others are taken.
    places.sort_unstable_by_key(|&place| Reverse(keys[place]));
    Ok(places)
}

/// What spans are sorted by.
fn keys<'a, F: Frames>(block: &'a Block<F>, top: &Top) -> Result<&'a [u64], ReadError> {
    match top.order() {
        SearchOrder::Latest => block.start(),
        SearchOrder::Slowest => block.duration(),
    }
}

/// Gives those of the spans to `top` that it takes. The best come first.
fn collect<F: Frames>(block: &Block<F>, places: Vec<usize>, top: &mut Top) -> Result<(), ReadError> {
    if places.is_empty() {
        return Ok(());
    }
    let keys = keys(block, top)?;
    let (starts, durations, kinds) = (block.start()?, block.duration()?, block.kind()?);
    let (traces, scopes, names) = (block.trace()?, block.scope()?, block.name()?);
    let (ids, meta) = (block.ids()?, block.meta()?);
    for place in places {
        if !top.takes(keys[place]) {
            break;
        }
        top.push(Hit {
            trace_id: ids.traces[traces[place] as usize],
            span_id: ids.spans[place],
            service: meta.scopes[scopes[place] as usize].service().to_owned(),
            name: String::from_utf8_lossy(names.at(place)).into_owned(),
            kind: Kind::from_otlp(kinds[place] & KIND_MASK),
            start: starts[place],
            duration: durations[place],
            error: kinds[place] >> STATUS_SHIFT == 2,
        });
    }
    Ok(())
}
