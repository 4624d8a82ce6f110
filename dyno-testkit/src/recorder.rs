//! A log of what is transmitted.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use crate::request::{Answer, Request};

/// Records every request that is transmitted, retries included.
///
/// It is an interceptor of the SDK. A clone shares the log, so one recorder can watch several
/// clients, and it prints as the list of requests, one per line.
///
/// # Example: a test that counts requests
///
/// ```
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Recorder, create_table, dump};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::new();
/// let client = recorder.attach(&Engine::in_memory()?.client());
/// create_table(&client, "Users", "ID", None).await?;
/// recorder.take(); // what came before does not count
///
/// dump(&client, "Users").await?;
/// assert_eq!(recorder.operations(), ["DescribeTable", "Scan"]);
/// assert_eq!(recorder.count("Scan"), 1);
/// # Ok(())
/// # }
/// ```
///
/// # Example: in a configuration
///
/// ```
/// # let engine = dyno_embedded::Engine::in_memory()?;
/// let recorder = dyno_testkit::Recorder::new();
/// let config = engine.config_builder().interceptor(recorder.clone()).build();
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
#[derive(Clone, Default)]
pub struct Recorder {
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    transmitted: u64,
    requests: Vec<Request>,
}

impl Recorder {
    /// Makes an empty recorder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a client like `client` whose requests are recorded here.
    pub fn attach(&self, client: &Client) -> Client {
        let config = client.config().to_builder().interceptor(self.clone());
        Client::from_conf(config.build())
    }

    /// Returns the requests recorded so far, in the order of transmission.
    pub fn requests(&self) -> Vec<Request> {
        self.log().requests.clone()
    }

    /// Returns the requests recorded so far and forgets them.
    ///
    /// The answer to a request that is taken while it is under way is not recorded any more.
    #[expect(clippy::must_use_candidate, reason = "often called to forget alone")]
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.log().requests)
    }

    /// Returns the names of the operations, in the order of transmission.
    pub fn operations(&self) -> Vec<String> {
        let log = self.log();
        let names = log
            .requests
            .iter()
            .map(|request| request.operation().to_owned());
        names.collect()
    }

    /// Returns how often `operation` was transmitted.
    pub fn count(&self, operation: &str) -> usize {
        let log = self.log();
        let requests = log.requests.iter();
        requests
            .filter(|request| request.operation() == operation)
            .count()
    }

    /// A panic elsewhere cannot leave the log half written, so a poisoned lock is taken all the
    /// same.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.log()
            .requests
            .iter()
            .try_for_each(|request| writeln!(formatter, "{request}"))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.requests();
        let lines = requests
            .iter()
            .map(|request| format_args!("{request}").to_string());
        formatter
            .debug_tuple("Recorder")
            .field(&lines.collect::<Vec<_>>())
            .finish()
    }
}

/// Remembers, from transmission to answer, which request of the log an attempt is.
#[derive(Debug)]
struct Number(u64);

impl Storable for Number {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "dyno_testkit::Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut log = self.log();
        let number = log.transmitted;
        log.transmitted += 1;
        log.requests.push(Request::read(number, context.request()));
        config.interceptor_state().store_put(Number(number));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(Number(number)), Some(response)) =
            (config.load::<Number>(), context.response())
        {
            let mut log = self.log();
            let found = log
                .requests
                .iter_mut()
                .rfind(|request| request.number() == *number);
            if let Some(request) = found {
                request.set_answer(Answer::read(response));
            }
        }
        Ok(())
    }
}
