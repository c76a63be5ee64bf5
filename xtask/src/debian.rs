//! Servers from the packages of a Debian release that is newer than the machine's: fetched and checked by apt, in folders
//! of its own, and unpacked beside the libraries that they need. Nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::{file_below, make_executable, run, said};

const RELEASE: &str = "trixie";

/// What the servers link to, C library included: the machine's may be older than they want.
const LIBRARIES: [&str; 11] = [
    "libatomic1",
    "libc6",
    "libcap2",
    "libgcc-s1",
    "libjemalloc2",
    "liblzf1",
    "libssl3t64",
    "libstdc++6",
    "libsystemd0",
    "libzstd1",
    "zlib1g",
];

/// Unpacks the packages into `home`, where `server` then starts `program`. `apt` is the folder for apt's own files.
pub(crate) fn fetch(packages: &[&str], program: &str, apt: &Path, home: &Path) -> Result<(), String> {
    let configuration = prepare(apt)?;
    let debs = home.join("debs");
    fs::create_dir_all(&debs).map_err(said(&debs))?;
    let command = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.arg("--config-file").arg(&configuration).arg("--quiet").args(words).current_dir(&debs);
        command
    };
    let download = [&["download"], packages, &LIBRARIES].concat();
    // The lists of packages are there from the last time, or they are missing or too old.
    let kept = command(&download).output().is_ok_and(|output| output.status.success());
    if !kept {
        run(&mut command(&["update"]))?;
        run(&mut command(&download))?;
    }
    let root = home.join("root");
    for deb in fs::read_dir(&debs).map_err(said(&debs))? {
        let deb = deb.map_err(said(&debs))?.path();
        run(Command::new("dpkg-deb").arg("-x").arg(deb).arg(&root))?;
    }
    drop(fs::remove_dir_all(&debs));
    start_script(&root, program, home)
}

/// A copy of the machine's sources with the release's name replaced, and the configuration that makes apt use it.
fn prepare(apt: &Path) -> Result<PathBuf, String> {
    drop(fs::remove_dir_all(apt.join("sources")));
    for folder in ["sources", "lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(folder)).map_err(said(apt))?;
    }
    let mut count = 0;
    for (name, text) in sources_of_this_machine()? {
        let text = retargeted(&text, &release_of_this_machine()?, RELEASE);
        if !text.is_empty() {
            let file = apt.join("sources").join(name);
            fs::write(&file, text).map_err(said(&file))?;
            count += 1;
        }
    }
    if count == 0 {
        return Err("no source of apt names this machine's release".into());
    }
    let file = apt.join("apt.conf");
    let folder = apt.display();
    let configuration = format!(
        "Dir::Etc::SourceList \"/dev/null\";\n\
         Dir::Etc::SourceParts \"{folder}/sources\";\n\
         Dir::Etc::Preferences \"/dev/null\";\n\
         Dir::Etc::PreferencesParts \"/dev/null\";\n\
         Dir::State::Lists \"{folder}/lists\";\n\
         Dir::State::Status \"/dev/null\";\n\
         Dir::Cache \"{folder}/cache\";\n\
         # Other users need not be able to read this folder.\n\
         APT::Sandbox::User \"\";\n\
         # What the machine does after an update is not for this one.\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n"
    );
    fs::write(&file, configuration).map_err(said(&file))?;
    Ok(file)
}

/// The files that apt reads, with their names.
fn sources_of_this_machine() -> Result<Vec<(String, String)>, String> {
    let asked = Command::new("apt-config")
        .args(["shell", "LIST", "Dir::Etc::SourceList/f", "PARTS", "Dir::Etc::SourceParts/d"])
        .output()
        .map_err(|_| "this machine has no apt".to_owned())?;
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let value = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| PathBuf::from(value.trim_matches('\'')))
    };
    let mut files: Vec<PathBuf> = value("LIST").into_iter().collect();
    if let Some(entries) = value("PARTS").and_then(|folder| fs::read_dir(folder).ok()) {
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "list" || ending == "sources"));
    files.sort();
    let texts = files.into_iter().filter_map(|file| {
        Some((file.file_name()?.to_string_lossy().into_owned(), fs::read_to_string(&file).ok()?))
    });
    Ok(texts.collect())
}

fn release_of_this_machine() -> Result<String, String> {
    let about = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = about.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    name.map(|name| name.trim_matches('"').to_owned()).ok_or_else(|| "this machine is no Debian".into())
}

/// What of a sources file names the release itself, with another release's name. Updates, security fixes and what other
/// publishers offer for the release are left out: they may not have the other one.
fn retargeted(text: &str, from: &str, to: &str) -> String {
    if text.lines().any(|line| line.starts_with("URIs:")) {
        let stanzas = text.split("\n\n").filter(|stanza| {
            let suites = stanza.lines().find_map(|line| line.strip_prefix("Suites:"));
            suites.is_some_and(|suites| suites.split_whitespace().any(|suite| suite == from))
        });
        let stanzas = stanzas.map(|stanza| {
            let lines = stanza.lines().map(|line| {
                if line.starts_with("Suites:") { format!("Suites: {to}\n") } else { format!("{line}\n") }
            });
            lines.collect::<String>()
        });
        return stanzas.collect::<Vec<_>>().join("\n");
    }
    let lines = text.lines().filter(|line| line.split_whitespace().next() == Some("deb"));
    let lines = lines.filter(|line| line.split_whitespace().any(|word| word == from)).map(|line| {
        let words = line.split_whitespace().map(|word| if word == from { to } else { word });
        words.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

/// Starts the program with the loader and the libraries that were unpacked with it. `exec` keeps the process id.
fn start_script(root: &Path, program: &str, home: &Path) -> Result<(), String> {
    let find = |folder: &Path, what: &str, fits: &dyn Fn(&str) -> bool| {
        let file = file_below(folder, fits).ok_or_else(|| format!("the packages hold no {what}"))?;
        let inside = file.strip_prefix(home).map_err(|why| why.to_string())?.display().to_string();
        Ok::<_, String>(format!("\"$here/{inside}\""))
    };
    let loader = find(root, "loader", &|name| name.starts_with("ld-linux"))?;
    let libc = find(root, "C library", &|name| name == "libc.so.6")?;
    let libraries = libc.replace("/libc.so.6", "");
    let program = find(&root.join("usr/bin"), program, &|name| name == program)?;
    let script = home.join("server");
    let text =
        format!("#!/bin/sh\nhere=${{0%/*}}\nexec {loader} --library-path {libraries} {program} \"$@\"\n");
    fs::write(&script, text).map_err(said(&script))?;
    make_executable(&script)
}

#[cfg(test)]
mod tests {
    use super::retargeted;

    #[test]
    fn stanzas_of_the_release_itself_are_kept() {
        let text = "Types: deb\nURIs: http://one.example/debian\nSuites: old old-updates\nComponents: main\n\
                    Signed-By: /keys/one.gpg\n\n\
                    Types: deb\nURIs: http://two.example/security\nSuites: old-security\nComponents: main\n";
        assert_eq!(
            retargeted(text, "old", "new"),
            "Types: deb\nURIs: http://one.example/debian\nSuites: new\nComponents: main\nSigned-By: /keys/one.gpg\n"
        );
    }

    #[test]
    fn lines_of_the_release_itself_are_kept() {
        let text = "# a comment about old\ndeb-src http://one.example/debian old main\n\
                    deb [signed-by=/keys/one.gpg] http://one.example/debian old main contrib\n\
                    deb http://one.example/debian old-updates main\ndeb http://two.example/packages old-tools main\n";
        assert_eq!(
            retargeted(text, "old", "new"),
            "deb [signed-by=/keys/one.gpg] http://one.example/debian new main contrib\n"
        );
    }

    #[test]
    fn sources_of_others_are_left_out() {
        assert_eq!(retargeted("Types: deb\nURIs: http://x.example\nSuites: stable\n", "old", "new"), "");
        assert_eq!(retargeted("", "old", "new"), "");
    }
}
