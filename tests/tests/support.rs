//! The support itself: servers start, answer, end, and leave nothing behind.
#![allow(clippy::panic, clippy::expect_used, reason = "tests")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, panic, process};

use cache_tests::{Certificates, RedisServer, binary, wait_until};

fn is_alive(pid: u32) -> bool {
    Command::new("kill").args(["-0", &pid.to_string()]).output().expect("`kill` runs").status.success()
}

fn ping(server: &RedisServer) -> String {
    server.query(&["PING"])
}

#[test]
fn a_server_answers() {
    let server = RedisServer::start();
    assert_eq!(ping(&server), "PONG");
    server.command(&["SET", "name", "value"]);
    assert_eq!(server.query::<String>(&["GET", "name"]), "value");
}

#[test]
fn servers_have_nothing_in_common() {
    let (one, other) = (RedisServer::start(), RedisServer::start());
    one.command(&["SET", "name", "value"]);
    assert_eq!(other.query::<Option<String>>(&["GET", "name"]), None);
}

#[test]
fn commands_are_counted_by_name() {
    let server = RedisServer::start();
    assert_eq!(server.commands_processed("get"), 0);
    for _ in 0..3 {
        server.command(&["GET", "name"]);
    }
    server.command(&["GETDEL", "name"]);
    assert_eq!(server.commands_processed("GET"), 3);
}

#[test]
fn nothing_is_left_behind() {
    let server = RedisServer::start();
    let (pid, directory) = (server.pid().expect("it runs"), server.directory());
    assert!(is_alive(pid) && directory.is_dir());
    drop(server);
    assert!(!is_alive(pid) && !directory.exists());
}

#[test]
fn nothing_is_left_behind_by_a_test_that_panics() {
    let server = RedisServer::start();
    let (pid, directory) = (server.pid().expect("it runs"), server.directory());
    let panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let _server = server;
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    assert!(!is_alive(pid) && !directory.exists());
}

/// Not a test: what [`nothing_is_left_behind_by_a_process_that_aborts`] runs in a process of its own.
#[test]
fn child_that_aborts() {
    if env::var_os("CACHE_TESTS_ABORT").is_some() {
        let server = RedisServer::start();
        eprintln!("{} {}", server.pid().expect("it runs"), server.directory().display());
        process::abort();
    }
}

#[test]
fn nothing_is_left_behind_by_a_process_that_aborts() {
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "child_that_aborts", "--nocapture"])
        .env("CACHE_TESTS_ABORT", "1")
        .output()
        .expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text");
    let (pid, directory) = said.trim().split_once(' ').expect("a process and a folder");
    let pid: u32 = pid.parse().expect("a process id");
    wait_until("the watchdog ends the server and removes the folder", || {
        !is_alive(pid) && !Path::new(directory).exists()
    });
}

#[test]
fn a_server_comes_back_on_the_same_port_and_empty() {
    let mut server = RedisServer::start();
    let (port, pid) = (server.port(), server.pid());
    server.command(&["SET", "name", "value"]);
    server.restart();
    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), pid);
    assert_eq!(server.query::<Option<String>>(&["GET", "name"]), None);

    server.kill();
    assert_eq!(server.pid(), None);
    server.restart();
    assert_eq!(ping(&server), "PONG");
}

#[test]
fn a_stopped_server_refuses_connections() {
    let mut server = RedisServer::start();
    let mut connection =
        redis::Client::open(server.url()).and_then(|client| client.get_connection()).expect("a connection");
    server.stop();
    assert!(redis::cmd("PING").query::<String>(&mut connection).is_err());
    assert!(std::net::TcpStream::connect(("127.0.0.1", server.port())).is_err());
}

#[test]
fn a_paused_server_keeps_its_connections_and_answers_nothing() {
    let server = RedisServer::start();
    let client = redis::Client::open(server.url()).expect("an address");
    let mut connection = client.get_connection().expect("a connection");
    connection.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    server.pause();
    let start = Instant::now();
    assert!(redis::cmd("PING").query::<String>(&mut connection).is_err());
    assert!(start.elapsed() >= Duration::from_millis(50), "it timed out, and was not refused");
    server.resume();
    assert_eq!(ping(&server), "PONG");
}

#[test]
fn a_paused_server_can_be_stopped_and_dropped() {
    let mut server = RedisServer::start();
    let pid = server.pid().expect("it runs");
    server.pause();
    server.stop();
    assert!(!is_alive(pid));

    server.restart();
    server.pause();
    let pid = server.pid().expect("it runs");
    drop(server);
    assert!(!is_alive(pid));
}

#[test]
fn a_password_stands_in_the_address() {
    let server = RedisServer::with().password("secret").start();
    assert_eq!(ping(&server), "PONG");
    let without = server.url().replace(":secret@", "");
    let refused = redis::Client::open(without)
        .and_then(|client| client.get_connection())
        .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
    assert!(refused.is_err());
}

#[test]
fn a_unix_socket_listens() {
    let server = RedisServer::with().password("secret").unix_socket().start();
    let answer = redis::Client::open(server.unix_url())
        .and_then(|client| client.get_connection())
        .and_then(|mut connection| redis::cmd("PING").query::<String>(&mut connection));
    assert_eq!(answer.expect("an answer"), "PONG");
}

#[test]
fn other_options_are_handed_on() {
    let server = RedisServer::with().set("maxmemory", "10mb").set("databases", "3").start();
    let (_, databases): (String, String) = server.query(&["CONFIG", "GET", "databases"]);
    assert_eq!(databases, "3");
}

#[test]
fn tls_listens_beside_the_plain_port() {
    let server = RedisServer::with().tls(&Certificates::generate()).start();
    assert_eq!(ping(&server), "PONG");
    assert!(server.tls_url().starts_with("rediss://localhost:"));
    assert!(server.directory().join("authority.pem").is_file());
}

#[test]
#[should_panic(expected = "redis-server did not start")]
fn a_wrong_option_fails_with_the_server_s_own_words() {
    drop(RedisServer::with().set("no-such-option", "1").start());
}

#[test]
fn a_missing_binary_is_a_failure_that_says_what_to_do() {
    let nowhere = binary::find(None, Some("/nowhere".into())).expect_err("there is none");
    assert_eq!(
        nowhere,
        "there is no redis-server: run `cargo xtask test`, which installs one, \
         or put redis-server on the PATH or its path in CACHE_TEST_REDIS_SERVER"
    );
    let wrong = binary::find(Some("/no/such".into()), None).expect_err("there is none");
    assert!(wrong.starts_with("CACHE_TEST_REDIS_SERVER is `/no/such`, where there is no file"));
}
