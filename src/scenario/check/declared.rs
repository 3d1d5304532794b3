//! What a draft declares, as agents and protocols ask.

use super::super::draft::Draft;
use super::names::Names;
use crate::checks::declared::Declared;

/// Returns what a draft declares.
pub(super) fn declared<'d>(draft: &'d Draft, names: &Names) -> Declared<'d> {
    let block_time = draft.block_time.as_ref().map(|time| time.value.mean().ms);
    let duration = draft.duration.as_ref().map(|duration| (duration.value.ms, duration.node));
    let blocks = draft.blocks.as_ref().map(|blocks| (blocks.value, blocks.node));
    let of_blocks = || Some(blocks?.0.saturating_mul(block_time?));
    let of_duration = || Some((duration?.0.div_ceil(block_time?.max(1)), duration?.1));
    let mut declared = Declared {
        block_ms: block_time,
        length_ms: duration.map(|(length, _)| length).or_else(of_blocks),
        blocks: blocks.or_else(of_duration).filter(|(blocks, _)| *blocks > 0),
        numeraire: draft.numeraire.as_ref().map(|name| name.value.as_str()),
        has_all_pools: names.pools() == Some(draft.pools.len()),
        ..Declared::default()
    };
    draft.lists.declare(&mut declared);
    declared
}
