//! Nothing in this process moves, and so nobody in it can notice that a connection is lost or that nothing is heard any more: hits
//! end all the same, by the clock.

use std::io::{BufRead as _, BufReader, Write as _};
use std::pin::pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use cache_tests::wait_until;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::*;

/// How long a hit may come after the last sign of life: 250 ms until the next one, the larger of that and the deadline for its
/// answer, and 100 ms; and the clock is right within some milliseconds.
fn promised(deadline: Duration) -> Duration {
    let heartbeat = Duration::from_millis(250);
    heartbeat + deadline.max(heartbeat) + Duration::from_millis(100 + 10)
}

/// On a runtime of one thread, which is never given back.
///
/// Bites: without `now < …` in Trust::epoch_at (near/trust.rs).
#[tokio::test]
async fn hits_end_while_the_runtime_stands_still() {
    let (server, source) = (RedisServer::start(), Source::default());
    let here = near(&server.url(), &source).await;
    warm(&here, &server, 1).await;
    let key = here.number_entry(1).key().to_string();
    let since = Instant::now();
    // No await from here on.
    source.set(1);
    server.command(&["UNLINK", &key]);
    let mut hits = 0;
    loop {
        let time = since.elapsed();
        match pin!(here.number(1)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => break,
            Poll::Ready(number) => assert_eq!(*number, 0, "nobody has told us"),
        }
        hits += 1;
        assert!(time < promised(DEADLINE), "a hit after {time:?}");
    }
    assert!(hits > 0, "it was here");
    assert_eq!(*here.number(1).await, 1);
}

/// A process with a near cache, which does what it is told.
struct Reader {
    process: Child,
    told: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Reader {
    fn start(server: &RedisServer) -> Reader {
        let mut process = Command::new(env!("CARGO_BIN_EXE_near-reader"))
            .arg(server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (told, said) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Reader { process, told, said: BufReader::new(said) }
    }

    fn tell(&mut self, what: &str) {
        writeln!(self.told, "{what}").unwrap();
    }

    fn says(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Bites: without `now < …` in Trust::epoch_at (near/trust.rs).
#[test]
fn the_first_read_of_a_process_that_was_stopped_is_not_from_before() {
    let server = RedisServer::start();
    let mut reader = Reader::start(&server);
    reader.tell("warm");
    assert_eq!(reader.says(), "warm");
    reader.send(Signal::STOP);
    waitpid(Some(Pid::from_child(&reader.process)), WaitOptions::UNTRACED).unwrap();
    let since = Instant::now();
    let change = "redis.call('SELECT', 1) redis.call('SET', 'value:still:0', 1)";
    server.command(&["EVAL", change, "0"]);
    server.command(&["UNLINK", "still:v1:number"]);
    end_those_who_are_told(&server);
    wait_until("the promised time is over", || since.elapsed() > promised(Duration::ZERO));
    reader.tell("look");
    reader.tell("read");
    reader.send(Signal::CONT);
    assert_eq!((reader.says(), reader.says()), ("nothing".into(), "1".into()));
}
