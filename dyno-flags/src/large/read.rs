//! From pieces to JSON.

use super::Pointer;
use super::piece::DATA;
use crate::descriptor::Descriptor;
use crate::error::Result;
use crate::kind::Kind;
use crate::names::Generation;
use crate::store::FeatureStore;

impl FeatureStore {
    /// Puts the pieces of an item together; `None` if they are not all there, or not those that were written.
    pub(crate) async fn assemble(
        &self,
        kind: Kind,
        generation: &Generation,
        key: &str,
        pointer: &Pointer,
    ) -> Result<Option<Descriptor>> {
        let namespace = self.names.chunks(kind, generation);
        let keys = pointer.keys().map(|piece| (namespace.clone(), piece));
        let pieces = self.items.get_many(keys).consistent().await;
        let pieces = pieces.map_err(|error| self.failed_at("get", kind, key, error))?;
        let mut bytes = Vec::new();
        for piece in pieces {
            let Some(Ok(data)) = piece
                .as_ref()
                .and_then(|row| row.get(DATA))
                .map(|data| data.as_b())
            else {
                return Ok(None);
            };
            bytes.extend_from_slice(data.as_ref());
        }
        Ok(pointer.verified(bytes))
    }
}
