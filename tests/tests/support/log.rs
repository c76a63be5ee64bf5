//! Captures what the library logs in one test.

use std::io::{Write, sink};
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::subscriber::DefaultGuard;

/// The log of one thread, for as long as it is held: tests that look at it run on a single-threaded runtime.
pub(crate) struct Log {
    written: Written,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

/// Somebody who hears of every line in all other threads: one that nobody wants when it is met first counts as unwanted for a
/// while, also in the thread that captures.
static ELSEWHERE: Once = Once::new();

pub(crate) fn capture() -> Log {
    ELSEWHERE.call_once(|| {
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(sink);
        all.init();
    });
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    Log { written, _guard: tracing::subscriber::set_default(subscriber) }
}

impl Log {
    pub(crate) fn text(&self) -> String {
        let bytes = self.written.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn lines(&self, containing: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(containing)).map(str::to_owned).collect()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
