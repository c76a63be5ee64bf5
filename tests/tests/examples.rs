//! Every example runs, on memory and on Redis, and shows what it promises.
#![allow(clippy::panic, clippy::expect_used, reason = "tests")]

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use cache_tests::RedisServer;

/// Builds them all, once, and returns the folder of the programs.
fn programs() -> &'static PathBuf {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        // This test is `<target>/debug/deps/examples-…`, and they are in `<target>/debug/examples`.
        let this = env::current_exe().expect("a path");
        let profile = this.ancestors().nth(2).expect("a folder above `deps`");
        let target = profile.parent().expect("a folder above the profile's");
        // The features of `cargo xtask test`, which has built them by now.
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--examples", "--workspace", "--all-features", "--target-dir"])
            .arg(target)
            .args(profile.ends_with("release").then_some("--release"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        profile.join("examples")
    })
}

/// What it prints.
fn run(name: &str, url: Option<&str>) -> String {
    let mut command = Command::new(programs().join(name));
    command.env_remove("CACHE_URL").envs(url.map(|url| ("CACHE_URL", url)));
    let output = command.output().expect("it starts");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{name} failed:\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// On memory, and twice on a server: the second run finds what the first one left.
fn everywhere(name: &str, check: impl Fn(&str)) {
    let said = run(name, None);
    check(&said);
    let server = RedisServer::start();
    for _ in 0..2 {
        let on_redis = run(name, Some(&server.url()));
        assert!(on_redis.contains("redis://127.0.0.1"), "it names the server:\n{on_redis}");
        check(&on_redis);
    }
}

#[track_caller]
fn assert_lines(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.lines().any(|text| text == *line), "no line `{line}` in:\n{said}");
    }
}

#[test]
fn quickstart() {
    everywhere("quickstart", |said| {
        assert_lines(
            said,
            &[
                "key:   quickstart:v1:city:Lisbon:weather",
                "invalidated: Applied, cached now: None",
                "weather: hits 1, misses 2, loads 1",
            ],
        );
        assert_eq!(said.matches("asking the weather service").count(), 1, "one load, one hit:\n{said}");
    });
}

#[test]
fn bulk() {
    everywhere("bulk", |said| {
        assert_lines(
            said,
            &[
                "  0 cached, 500 missing",
                "  500 cached, 500 missing",
                "  1000 cached, 0 missing",
                "removed: 1000",
            ],
        );
    });
}

#[test]
fn admin() {
    everywhere("admin", |said| {
        assert_lines(
            said,
            &["keys cleared from shop: 2", "keys cleared from stock: 2", "keys cleared from visitors: 1"],
        );
        assert_matrix(
            said,
            &[
                [
                    "shop: product/<id>/description",
                    "cache_aside",
                    "6h",
                    "Descriptions change once a week, and the editor who changes one invalidates it.",
                ],
                [
                    "stock: product/<id>/left",
                    "write_through",
                    "5m",
                    "An oversold product costs a customer: a sale writes through.",
                ],
                [
                    "visitors: product/<id>/visitor/<session>",
                    "ttl",
                    "30s",
                    "Who looks at a product right now: nobody misses it when it is gone.",
                ],
            ],
        );
    });
}

/// The rows are there, each in the order of the columns, and every column starts or ends at one place.
#[track_caller]
fn assert_matrix(said: &str, rows: &[[&str; 4]]) {
    let header = said.lines().find(|line| line.starts_with("data ")).expect("a header");
    let place = |column: &str| header.find(column).expect("a column");
    for row in rows {
        let [data, strategy, ttl, reason] = row;
        let line = said.lines().find(|line| line.starts_with(data)).expect("a row");
        assert!(line[place("strategy")..].starts_with(strategy), "{line}");
        assert!(line[..place("TTL") + 3].ends_with(ttl), "{line}");
        assert_eq!(&line[place("reason")..], *reason);
    }
}

#[test]
fn chat() {
    everywhere("chat", |said| {
        assert_lines(
            said,
            &[
                "miss: 50 messages, database calls so far: 1",
                "hit: 50 messages, database calls so far: 1",
                "written through, database calls: 2",
                "read again: Some(\"hello\"), database calls: 2",
                "user 3: online true, typing true",
                "user 4: online false, typing false",
            ],
        );
        assert!(said.contains("messages of user 2, who has 0 in the next read"), "{said}");
    });
}

#[test]
fn feed() {
    everywhere("feed", |said| {
        assert_lines(
            said,
            &[
                "miss: 20 posts in the feed, database calls so far: 1",
                "hit: 20 posts in the feed, database calls so far: 1",
                "after following user 100: Some(\"post 2999\")",
                "reactions: {\"laugh\": 2, \"like\": 1}",
                "after one more: {\"laugh\": 2, \"like\": 2}",
                "post 42: Some(\"post 42\")",
                "post 123456: None",
                "database calls for these four: 2",
            ],
        );
    });
}
