//! The sources of the project, where tables name tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of all crates.
pub(crate) fn firmware() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The test functions of one file.
fn tests_of(text: &str) -> Vec<String> {
    let (mut tests, mut marked) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some((name, _)) = function.and_then(|line| line.split_once('(')) {
            tests.extend(marked.then(|| name.to_owned()));
            marked = false;
        }
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    }
    tests
}

/// Every test function of the project.
#[allow(clippy::disallowed_methods, reason = "the sources are what is looked at")]
pub(crate) fn tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in [firmware(), firmware().join("../tests")] {
        sources(&folder, &mut files);
    }
    files.iter().flat_map(|file| tests_of(&std::fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn a_function_counts_as_test_only_when_it_is_marked_as_one() {
    let text = "fn helper() {}\n#[test]\n#[ignore = \"slow\"]\nfn a_test() {}\nfn other() {}\n#[tokio::test]\nasync fn waits() {";
    assert_eq!(tests_of(text), ["a_test", "waits"]);
}
