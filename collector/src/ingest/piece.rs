//! A piece of a body.

use memmap2::MmapMut;

/// Bytes of a piece of a small body, and of a large one.
pub(super) const PIECE: usize = 64 << 10;
pub(super) const LARGE: usize = 1 << 20;

/// Bytes in order, up to a number that does not change.
#[derive(Debug)]
pub(super) enum Piece {
    Heap(Vec<u8>),
    /// Pages of its own, which the system has back when it is dropped. A heap may keep what it gets back, and large
    /// bodies would take their memory twice.
    Pages {
        pages: MmapMut,
        length: usize,
    },
}

impl Piece {
    /// How large to make a piece of a body of so many bytes.
    pub(super) fn usual(body: usize) -> usize {
        if body < LARGE { PIECE } else { LARGE }
    }

    pub(super) fn new(capacity: usize) -> Self {
        let pages = (capacity >= LARGE).then(|| MmapMut::map_anon(capacity));
        match pages {
            Some(Ok(pages)) => Self::Pages { pages, length: 0 },
            _ => Self::Heap(Vec::with_capacity(capacity)),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        match self {
            Self::Heap(bytes) => bytes.capacity(),
            Self::Pages { pages, .. } => pages.len(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages { pages, length } => pages.get(..*length).unwrap_or_default(),
        }
    }

    /// Takes as much of `data` as there is room for.
    pub(super) fn push(&mut self, data: &[u8]) -> usize {
        let taken = data.len().min(self.capacity() - self.bytes().len());
        let data = data.get(..taken).unwrap_or_default();
        match self {
            Self::Heap(bytes) => bytes.extend_from_slice(data),
            Self::Pages { pages, length } => {
                if let Some(place) = pages.get_mut(*length..*length + taken) {
                    place.copy_from_slice(data);
                }
                *length += taken;
            }
        }
        taken
    }
}
