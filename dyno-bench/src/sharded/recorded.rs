//! Answers of the embedded engine, to be given again.

use aws_sdk_dynamodb::Client;
use bytes::Bytes;
use dyno_core::DyObject;
use dyno_testkit::Recorder;

use crate::engine;

/// What the embedded engine answers to what is done with a client, by operation.
pub(crate) async fn record<T: DyObject>(
    work: impl AsyncFnOnce(Client),
) -> Vec<(&'static str, Vec<Bytes>)> {
    let engine = engine::with_tables::<T>().await.inline();
    let recorder = Recorder::new();
    work(recorder.attach(&engine.client())).await;
    let requests = recorder.take();
    let answers = ["GetItem", "BatchGetItem"].map(|operation| {
        let requests = requests.iter();
        let answered = requests.filter(|request| request.operation() == operation);
        let bodies = answered.filter_map(|request| {
            let body = request.answer()?.body().to_string();
            Some(Bytes::from(body))
        });
        (operation, bodies.collect())
    });
    answers.into()
}
