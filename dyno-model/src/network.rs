//! Requests on their way.
//!
//! A request stays until it is delivered, which may be after any other, or never: that is also how one is lost. A
//! client that stops waiting does not take its request back. So a lost answer is a client that stopped waiting before
//! a request was delivered.

use crate::service::{Request, Service};

/// A copy of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) client: u8,
    /// Whether the client still waits for the answer to this copy.
    pub(crate) heard: bool,
    pub(crate) request: Request,
}

/// Brings the copies into one order, and leaves out those that can have no effect any more: transactions whose token
/// was used, with nobody waiting.
pub(crate) fn settle(network: &mut Vec<Message>, service: &Service) {
    network.retain(|message| message.heard || !service.token_is_used(&message.request));
    network.sort_unstable();
}
