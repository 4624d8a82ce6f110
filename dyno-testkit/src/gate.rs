//! A place where requests wait until a test lets them go on.

use std::{fmt, sync::Arc};

use tokio::sync::Semaphore;

/// Holds requests at a chosen point, for tests that decide the order of events themselves.
///
/// It is used in [`Fault::Held`](crate::Fault::Held) and
/// [`Fault::AnswerHeld`](crate::Fault::AnswerHeld). A clone is the same gate. Once open, it stays
/// open.
///
/// # Example: something happens between two requests of another task
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Fault, FaultClient, Gate, create_table, dump, wrap};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Engine::in_memory()?.client();
/// create_table(&client, "Users", "ID", None).await?;
///
/// let gate = Gate::new();
/// let held = gate.clone();
/// let slow = wrap(&client, |http| FaultClient::new(http, move |_| Fault::Held(held.clone())));
/// let ada = AttributeValue::S("ada".into());
/// let put = slow.put_item().table_name("Users").item("ID", ada);
/// let writer = tokio::spawn(async move { put.send().await });
///
/// gate.reached().await;
/// assert!(dump(&client, "Users").await?.is_empty());
/// gate.open();
/// writer.await??;
/// assert_eq!(dump(&client, "Users").await?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Gate {
    /// One permit for each arrival.
    arrivals: Arc<Semaphore>,
    /// Never has a permit; waiting for one ends when it is closed, which is when the gate opens.
    barrier: Arc<Semaphore>,
}

impl Gate {
    /// Makes a closed gate.
    #[expect(
        clippy::new_without_default,
        reason = "a default would not say open or closed"
    )]
    pub fn new() -> Self {
        Self {
            arrivals: Arc::new(Semaphore::new(0)),
            barrier: Arc::new(Semaphore::new(0)),
        }
    }

    /// Waits until a request has arrived; called again, until one more has.
    pub async fn reached(&self) {
        if let Ok(arrival) = self.arrivals.acquire().await {
            arrival.forget();
        }
    }

    /// Opens the gate for the requests that wait and for all that come.
    pub fn open(&self) {
        self.barrier.close();
    }

    /// Returns whether the gate has been opened.
    pub fn is_open(&self) -> bool {
        self.barrier.is_closed()
    }

    pub(crate) async fn pass(&self) {
        self.arrivals.add_permits(1);
        // An error means that the gate is open.
        let _ = self.barrier.acquire().await;
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Gate")
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}
