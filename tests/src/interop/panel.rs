//! The panel of a box in a tab, and a tab with a picture that a panel can share.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use serde_json::json;

use crate::interop::devtools::{DevTools, Trouble};
use crate::pages;
use crate::wait::{PATIENCE, until};

/// Title of the tab with the picture; the browser chooses it where a person would choose.
pub(crate) const TITLE: &str = "Something to share";

/// A tab of a browser that people work with.
pub struct Tab {
    devtools: Rc<RefCell<DevTools>>,
    session: String,
}

impl Tab {
    pub(crate) fn open(devtools: Rc<RefCell<DevTools>>, url: &str, ready: &str) -> Result<Self, Trouble> {
        let session = devtools.borrow_mut().open(url)?;
        let tab = Self { devtools, session };
        until(&format!("{ready} at {url}"), PATIENCE, || tab.says(ready).then_some(()));
        Ok(tab)
    }

    /// Leaves the page.
    pub fn close(self) {
        self.run("location = 'about:blank'");
    }

    fn says(&self, condition: &str) -> bool {
        let said = self.devtools.borrow_mut().evaluate(&self.session, condition);
        said.is_ok_and(|said| said == true)
    }

    fn run(&self, expression: &str) {
        let outcome = self.devtools.borrow_mut().evaluate(&self.session, expression);
        if let Err(trouble) = outcome {
            panic!("{expression}: {trouble}; the console said:\n{}", self.devtools.borrow().console.join("\n"))
        }
    }
}

/// In a panel.
impl Tab {
    /// Shares what there is to share, as this person, and takes over from somebody else.
    pub fn share(&self, name: &str) {
        self.run("window.confirm = (words) => { window.asked = words; return true; }");
        self.run(&format!("find('share-name').value = {}; find('share').click()", json!(name)));
        until("the browser to be connected", PATIENCE, || {
            self.says("shared?.peer.connectionState === 'connected'").then_some(())
        });
    }

    /// Shares no more.
    pub fn stop_sharing(&self) {
        self.run("find('share').click()");
    }

    /// Waits until it has been told that its screen is shown no more.
    pub fn until_not_shared(&self) {
        until("the end of sharing", PATIENCE, || self.says("shared === null").then_some(()));
    }

    /// The panel has asked whether to take over from this person.
    #[must_use]
    pub fn asked_about(&self, name: &str) -> bool {
        self.says(&format!("(window.asked ?? '').startsWith({})", json!(format!("{name} shares"))))
    }
}

/// Writes a page that shows the picture of this number from edge to edge; gives its address.
pub(crate) fn write_page(folder: &Path, source: u8) -> String {
    pages::write_png(&folder.join("shared.png"), source);
    let page = folder.join("shared.html");
    let style = "display:block;width:100vw;height:100vh";
    let html = format!(
        "<!doctype html><title>{TITLE}</title><body style='margin:0;overflow:hidden'><img src=shared.png style='{style}'>"
    );
    std::fs::write(&page, html).expect("the folder is writable");
    format!("file://{}", page.display())
}
