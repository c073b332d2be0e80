//! Searches in blocks: those that may hold the first spans before the others, and no more than are needed.

use std::cmp::Reverse;
use std::ops::{Range, RangeInclusive};
use std::panic::resume_unwind;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bits::Bits;
use super::{Bound, Finders, Required, Top, candidates, evaluate};
use crate::filter::{Filter, Order, Test};
use crate::model::{Kind, Nanos};
use crate::store::block::{Block, Frames, KIND_MASK, STATUS_SHIFT};
use crate::store::partition::{BlockInfo, Borrowed};
use crate::store::state::{PartitionState, Snapshot};
use crate::store::{Hit, ReadError, Search, SearchOrder};

/// So many blocks are looked into by one thread; where there are more, a second one helps.
const ALONE: usize = if cfg!(test) { 1 } else { 8 };

/// Gives the spans that are searched for to `top`. Where many blocks must be looked into, on two threads, unless another
/// search has `second`.
pub(in crate::store) fn search(
    snapshot: &Snapshot,
    search: &Search,
    finders: &Finders,
    required: &Required,
    second: &Mutex<()>,
    top: &mut Top,
) -> Result<(), ReadError> {
    let mut connections = Connections::new(snapshot);
    let mut blocks = Vec::new();
    for (number, partition) in snapshot.partitions.iter().enumerate() {
        for info in candidates(partition, connections.get(number)?, &required.fingerprints)? {
            let duration = durations(info, required);
            if may_hold(info, &duration, required) {
                let key = top.bound().key(*info.start.end(), *duration.end());
                blocks.push((key, info, number));
            }
        }
    }
    blocks.sort_by_key(|(key, ..)| Reverse(*key));
    let work = Work {
        search,
        finders,
        blocks,
        next: AtomicUsize::new(0),
        top: Mutex::new(top),
    };
    work.look(ALONE, &mut connections)?;
    let second = match second.try_lock() {
        Ok(second) if work.is_left() => second,
        _ => return work.look(usize::MAX, &mut connections),
    };
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("spanwright-search".to_owned());
        let other = builder.spawn_scoped(scope, || work.look(usize::MAX, &mut Connections::new(snapshot)));
        let found = work.look(usize::MAX, &mut connections);
        let other = other.map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        drop(second);
        // Where the system gives no thread, this one has looked into all.
        found.and(other.unwrap_or(Ok(())))
    })
}

/// A thread's connections, of each partition that it has looked into.
struct Connections<'a> {
    partitions: &'a [PartitionState],
    open: Vec<Option<Borrowed<'a>>>,
}

impl<'a> Connections<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            partitions: &snapshot.partitions,
            open: snapshot.partitions.iter().map(|_| None).collect(),
        }
    }

    fn get(&mut self, partition: usize) -> Result<&Borrowed<'a>, ReadError> {
        Ok(match &mut self.open[partition] {
            Some(open) => open,
            none => none.insert(self.partitions[partition].reader.connect()?),
        })
    }
}

/// The blocks of a search, which threads share.
struct Work<'a> {
    search: &'a Search,
    finders: &'a Finders,
    /// Each with the best key that a span in it may have, and its partition; the best come first.
    blocks: Vec<(u64, &'a BlockInfo, usize)>,
    next: AtomicUsize,
    top: Mutex<&'a mut Top>,
}

impl<'a> Work<'a> {
    fn top(&self) -> MutexGuard<'_, &'a mut Top> {
        self.top.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a block that may hold a better span than those that were found.
    fn is_left(&self) -> bool {
        let next = self.blocks.get(self.next.load(Relaxed));
        next.is_some_and(|(key, ..)| self.top().bound().takes(*key))
    }

    /// Looks into blocks that nobody has looked into, `most` at most.
    fn look(&self, most: usize, connections: &mut Connections<'_>) -> Result<(), ReadError> {
        for _ in 0..most {
            let Some((key, info, partition)) = self.blocks.get(self.next.fetch_add(1, Relaxed)) else {
                break;
            };
            let bound = self.top().bound();
            if !bound.takes(*key) {
                break;
            }
            let block = connections.get(*partition)?.block(info)?;
            let places = places(&block, info, self.search, self.finders, bound)?;
            self.collect(&block, places)?;
        }
        Ok(())
    }

    /// Takes those of the spans that may be among the first. The best come first.
    fn collect<F: Frames>(&self, block: &Block<F>, places: Vec<usize>) -> Result<(), ReadError> {
        if places.is_empty() {
            return Ok(());
        }
        let (starts, durations, kinds) = (block.start()?, block.duration()?, block.kind()?);
        let (traces, scopes, names) = (block.trace()?, block.scope()?, block.name()?);
        let (ids, meta) = (block.ids()?, block.meta()?);
        let mut top = self.top();
        for place in places {
            let (start, duration) = (starts[place], durations[place]);
            if !top.bound().takes(top.bound().key(start, duration)) {
                break;
            }
            top.push(Hit {
                trace_id: ids.traces[traces[place] as usize],
                span_id: ids.spans[place],
                service: meta.scopes[scopes[place] as usize].service().to_owned(),
                name: String::from_utf8_lossy(names.at(place)).into_owned(),
                kind: Kind::from_otlp(kinds[place] & KIND_MASK),
                start,
                duration,
                error: kinds[place] >> STATUS_SHIFT == 2,
            });
        }
        Ok(())
    }
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

/// The spans that are searched for, and that `bound` takes: these are few, once there are enough.
fn places<F: Frames>(
    block: &Block<F>,
    info: &BlockInfo,
    search: &Search,
    finders: &Finders,
    bound: Bound,
) -> Result<Vec<usize>, ReadError> {
    let mut bits = Bits::all(block.len());
    if bound.is_full() {
        let keys = keys(block, bound)?.iter();
        bits = Bits::from_iter(block.len(), keys.map(|&key| bound.takes(key)));
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
    let keys = keys(block, bound)?;
    // The best first: then few of the others are taken.
    places.sort_unstable_by_key(|&place| Reverse(keys[place]));
    Ok(places)
}

/// What spans are sorted by.
fn keys<F: Frames>(block: &Block<F>, bound: Bound) -> Result<&[u64], ReadError> {
    match bound.order() {
        SearchOrder::Latest => block.start(),
        SearchOrder::Slowest => block.duration(),
    }
}
