//! What is told to `tracing`; alone in its process, since a span that nobody wanted once is remembered as such.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use dyno_core::Store;
use dyno_kv::Kv;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_span_tells_of_each_request_and_no_value() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_span_events(FmtSpan::NEW)
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let kv = Kv::new(&Store::embedded().unwrap(), "CRMTable");
    kv.ensure_table().await.unwrap();
    kv.partition("customers").put("k1", "secret").await.unwrap();
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let span = r#"dyno_kv{operation=put table="CRMTable" partition="customers" key="k1"}"#;
    let ours: Vec<_> = log
        .lines()
        .filter(|line| line.contains("dyno_kv"))
        .collect();
    assert!(ours.iter().any(|line| line.contains(span)), "{ours:?}");
    assert!(!ours.iter().any(|line| line.contains("secret")), "{ours:?}");
}
