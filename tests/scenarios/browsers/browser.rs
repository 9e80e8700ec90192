//! The browser itself.

use roombox_tests::interop::chromium::Chromium;

use crate::world::{PAGE_SOURCE, PAGE_TONE, turn};

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn one_that_dies_before_its_first_page_is_started_again() {
    let _turn = turn();
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let browser = Chromium::start(folder.path(), PAGE_SOURCE, PAGE_TONE);
    browser.die();
    browser.open();
}
