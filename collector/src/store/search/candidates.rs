//! Which blocks of a partition may hold something, by their fingerprints.

use crate::store::ReadError;
use crate::store::partition::{BlockInfo, Borrowed, SEGMENT_BLOCKS};
use crate::store::state::PartitionState;

/// The blocks of a partition that may have one of each list of fingerprints, in their order.
pub(in crate::store) fn candidates<'a>(
    partition: &'a PartitionState,
    connection: &Borrowed<'_>,
    wanted: &[Vec<u32>],
) -> Result<Vec<&'a BlockInfo>, ReadError> {
    let blocks = &partition.blocks;
    if wanted.is_empty() {
        return Ok(blocks.iter().collect());
    }
    let merged = blocks.len() - partition.unmerged.len().min(blocks.len());
    let mut found = Vec::new();
    for segment in 0..(merged as u32 / SEGMENT_BLOCKS) {
        let mut left = u32::MAX;
        for list in wanted {
            left &= connection.segment(segment, list)?;
            if left == 0 {
                break;
            }
        }
        let first = (segment * SEGMENT_BLOCKS) as usize;
        let those = (0..SEGMENT_BLOCKS).filter(|block| left >> block & 1 == 1);
        found.extend(those.filter_map(|block| blocks.get(first + block as usize)));
    }
    for (info, fingerprints) in blocks[merged..].iter().zip(partition.unmerged.iter()) {
        let has = |list: &Vec<u32>| {
            list.iter()
                .any(|wanted| fingerprints.binary_search(wanted).is_ok())
        };
        if wanted.iter().all(has) {
            found.push(info);
        }
    }
    Ok(found)
}
