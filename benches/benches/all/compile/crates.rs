//! Crates with many cached functions, written from templates.

use std::fs;
use std::path::Path;

/// So many functions are in each crate.
pub(super) const FUNCTIONS: usize = STRATEGIES * PAIRS * 2;
const STRATEGIES: usize = 20;
/// A strategy's functions, two at a time: one of a value, and one of a list of them.
const PAIRS: usize = 5;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const HEAD: &str = "#![allow(dead_code, unused_imports, reason = \"not every crate uses all of it\")]\n\n";

/// Writes a workspace with all of them, and with a crate for each crate of macros.
pub(super) fn write(folder: &Path) {
    let root = Path::new(ROOT).join("..");
    let runtime = format!("cache-runtime = {{ path = {:?} }}\n", root.join("cache-runtime"));
    let macros = format!("cache-macros = {{ path = {:?} }}\n", root.join("cache-macros"));
    put(
        &folder.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\n\
         members = [\"base\", \"annotated\", \"by_hand\", \"our_macros\", \"their_macros\"]\n",
    );
    // The same versions.
    put(&folder.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock")).expect("Cargo.lock"));
    for (name, connect) in [
        ("base", ""),
        ("annotated", "let cache = cache_runtime::Cache::from_env().await.expect(\"a cache\");"),
        (
            "by_hand",
            "let client = redis::Client::open(\"redis://127.0.0.1\").expect(\"a client\");\n    \
             let connection = client.get_multiplexed_async_connection().await.expect(\"a connection\");",
        ),
    ] {
        manifest(&folder.join(name), &format!("{runtime}{COMMON}"));
        let source = folder.join(name).join("src");
        put(&source.join("values.rs"), &values(name == "annotated"));
        put(&source.join("main.rs"), &main(name != "base", connect));
        for number in (0..STRATEGIES).filter(|_| name != "base") {
            let template = if name == "annotated" {
                include_str!("templates/annotated.rs")
            } else {
                include_str!("templates/by_hand.rs")
            };
            put(&source.join(format!("strategy_{number}.rs")), &strategy(template, number, name));
        }
    }
    for (name, dependency) in
        [("our_macros", macros.as_str()), ("their_macros", "cached_proc_macro = \"3\"\n")]
    {
        manifest(&folder.join(name), dependency);
        put(&folder.join(name).join("src/lib.rs"), "");
    }
}

/// What every crate depends on, so that nothing else differs.
const COMMON: &str = "redis = { version = \"1\", default-features = false, features = [\"tokio-comp\"] }\n\
     serde = { version = \"1\", features = [\"derive\"] }\n\
     serde_json = \"1\"\n\
     tokio = { version = \"1\", features = [\"macros\", \"rt\", \"time\"] }\n";

fn manifest(folder: &Path, dependencies: &str) {
    let name = folder.file_name().expect("a name").to_string_lossy();
    let package = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    put(&folder.join("Cargo.toml"), &format!("{package}\n[dependencies]\n{dependencies}"));
}

/// A value for each strategy.
fn values(annotated: bool) -> String {
    let mut text = include_str!("templates/base.rs").to_owned();
    let derive = if annotated { "cache_runtime::CacheValue, Clone" } else { "Clone" };
    for number in 0..STRATEGIES {
        let value = include_str!("templates/value.rs").replace("_STRATEGY_", &number.to_string());
        text += &value.replace("Clone", derive);
    }
    text
}

/// A strategy with its functions, and one that calls each of them.
fn strategy(template: &str, number: usize, name: &str) -> String {
    let (head, rest) = template.split_once("//each\n").expect("a template");
    let (each, tail) = rest.split_once("//end\n").expect("a template");
    let numbered = |pair: usize| each.replace("_FUNCTION_", &pair.to_string());
    let functions: Vec<String> = (0..PAIRS).map(numbered).collect();
    let call = |pair: usize| {
        format!(
            "    drop(Box::pin(it.one_{pair}(1)).await);\n    drop(Box::pin(it.page_{pair}(1, 2)).await);\n"
        )
    };
    let calls: String = (0..PAIRS).map(call).collect();
    let (parameter, field) = match name {
        "annotated" => ("Cache", "cache"),
        _ => ("MultiplexedConnection", "connection"),
    };
    let all = format!(
        "\npub async fn calls({field}: {parameter}) {{\n    let it = Strategy_STRATEGY_ {{ {field}, db: Db }};\n{calls}}}\n"
    );
    let text = head.to_owned() + &functions.join("\n") + tail + &all;
    text.replace("_STRATEGY_", &number.to_string())
}

fn main(strategies: bool, connect: &str) -> String {
    let mut text = HEAD.to_owned() + "mod values;\n";
    let mut calls = String::new();
    for number in (0..STRATEGIES).filter(|_| strategies) {
        text += &format!("mod strategy_{number};\n");
        let with = if connect.contains("cache") { "cache" } else { "connection" };
        calls += &format!("    strategy_{number}::calls({with}.clone()).await;\n");
    }
    text + &format!(
        "\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {{\n    {connect}\n{calls}}}\n"
    )
}

fn put(file: &Path, text: &str) {
    let folder = file.parent().expect("a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(file, text)).expect("a file of the generated crates");
}
