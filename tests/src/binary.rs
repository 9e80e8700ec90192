//! The program under test, built before the first use.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Path of `roombox`: `ROOMBOX_BIN` where that is set, else the one of this target folder and profile, brought up to date.
pub fn roombox() -> PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| std::env::var_os("ROOMBOX_BIN").map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its own path");
    // target/PROFILE/deps/TEST or target/PROFILE/BENCHMARK.
    let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("a program lies in a folder");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "roombox", "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    cargo.arg("--target-dir").arg(folder.parent().expect("a profile lies in a target folder"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo starts").success(), "roombox does not build");
    folder.join("roombox")
}
