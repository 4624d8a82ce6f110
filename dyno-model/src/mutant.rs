//! Rules left out or broken, one at a time. The properties must catch each.

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// A write of a path does not change the etag.
    BlindKeepsEtag,
    /// A write of a path does not ask for the shard's flags.
    BlindWithoutFlags,
    /// A single update writes a path of the root; it takes effect once only as long as the ring remembers.
    BlindRootWithoutToken,
    /// A failed condition after a lost answer is a conflict.
    ConflictAfterLostAnswer,
    /// The etag is a counter.
    CounterEtag,
    /// A delete without reading does not ask that each shard is one item.
    DeleteAssumesOneItem,
    /// A delete of an object without shards is a single request without token.
    DeleteByItem,
    /// A delete leaves what the list's order names.
    DeleteForgetsEntries,
    /// A delete takes the first piece of each shard.
    DeleteForgetsPieces,
    /// A delete as loaded has no condition.
    DeleteLoadedWithoutEtag,
    /// A removed entry's item stays.
    EntryNotDeleted,
    /// An independent shard's version is a counter, and the write has no other condition.
    IndependentCounter,
    /// An independent write has no condition: it creates the item if there is none.
    IndependentUnconditional,
    /// An independent write asks for the shard, of whatever incarnation and version.
    IndependentWithoutLife,
    /// An independent write asks for the incarnation, not for the version that was seen.
    IndependentWithoutStamp,
    /// A new object is a single put without token.
    InsertByItem,
    /// A new object is put whatever is there.
    InsertUnconditional,
    /// A lazy shard is not compared with the snapshot that it belongs to.
    LazyUnverified,
    /// A refused save tries again on the new etag, with the entries of the old manifest.
    KeptOfOlderBase,
    /// A save that leaves out unchanged shards has no condition.
    KeptWithoutEtag,
    /// A load takes the first count of pieces that it sees in an item.
    LoadCountsByItem,
    /// A load compares the stamp of the first piece only.
    LoadVerifiesFirstPiece,
    /// A load compares no stamps.
    LoadUnverified,
    /// A load does not compare the incarnation of independent shards.
    LoadWithoutLife,
    /// An outcome is judged however many commits came since.
    OutcomeWithoutBound,
    /// An outcome is judged whatever incarnation stands there.
    OutcomeWithoutLife,
    /// A commit does not keep the etags before it.
    PastNotKept,
    /// A replace goes on after a lost answer as if it had been refused.
    ReplaceForgetsLostAnswer,
    /// A save has no condition.
    SaveWithoutEtag,
    /// A shard that became smaller leaves its last pieces.
    SurplusNotDeleted,
    /// A transaction has no token.
    TransactionWithoutToken,
}
