use std::time::Duration;

/// How often a write whose answer was lost is sent again, and how long is waited before.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    lost: u32,
}

const TRIES: u32 = 5;
const FIRST: Duration = Duration::from_millis(50);

impl Patience {
    /// Waits; whether there is a next try.
    pub(crate) async fn pause(&mut self) -> bool {
        self.lost += 1;
        if self.lost >= TRIES {
            return false;
        }
        tokio::time::sleep(FIRST * 2_u32.pow(self.lost)).await;
        true
    }
}
