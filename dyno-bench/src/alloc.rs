//! Counted allocations. The counting allocator comes with the crate `allocation_counter`.

/// How many times `work` asks for memory, growing a buffer included.
pub(crate) fn count(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

/// How many bytes `work` holds at most, besides what it was given.
pub(crate) fn peak(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).bytes_max
}
