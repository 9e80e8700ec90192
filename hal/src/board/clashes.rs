//! What a board file must not do although each key is good: two things on one pin, a name twice.

use std::collections::BTreeMap;

use super::Board;
use super::load::{BoardFinding, Places};

pub(super) fn find(board: &Board, places: &Places) -> Vec<BoardFinding> {
    let mut check = Check { places, findings: Vec::new() };
    check.doubles("GPIO line", gpio_lines(board), &board.reserved_gpio);
    check.doubles("key", keys(board), &BTreeMap::new());
    check.doubles("button name", names("buttons", board.buttons.iter().map(|button| &button.name)), &BTreeMap::new());
    check.doubles("light name", names("leds", board.leds.iter().map(|led| &led.name)), &BTreeMap::new());
    check.findings
}

type Uses<'a> = Vec<(String, &'a String)>;

fn gpio_lines(board: &Board) -> Uses<'_> {
    let buttons = board.buttons.iter().enumerate();
    let buttons = buttons.filter_map(|(index, button)| Some((format!("buttons[{index}].gpio"), button.gpio.as_ref()?)));
    let leds = board.leds.iter().enumerate();
    buttons.chain(leds.filter_map(|(index, led)| Some((format!("leds[{index}].gpio"), led.gpio.as_ref()?)))).collect()
}

fn keys(board: &Board) -> Uses<'_> {
    let buttons = board.buttons.iter().enumerate();
    buttons.filter_map(|(index, button)| Some((format!("buttons[{index}].key"), button.key.as_ref()?))).collect()
}

fn names<'a>(list: &str, names: impl Iterator<Item = &'a String>) -> Uses<'a> {
    names.enumerate().map(|(index, name)| (format!("{list}[{index}].name"), name)).collect()
}

struct Check<'a> {
    places: &'a Places,
    findings: Vec<BoardFinding>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &str, problem: &str) {
        self.findings.push(BoardFinding::about(path, self.places, problem));
    }

    fn doubles(&mut self, what: &str, uses: Uses<'_>, reserved: &BTreeMap<String, String>) {
        let mut taken: BTreeMap<&str, String> = BTreeMap::new();
        for (path, value) in uses {
            if let Some(purpose) = reserved.get(value) {
                self.wrong(&path, &format!("{what} {value} belongs to {purpose} on this board"));
            }
            if let Some(first) = taken.get(value.as_str()) {
                self.wrong(&path, &format!("{what} {value} is taken by {first} already"));
            } else {
                taken.insert(value, path);
            }
        }
    }
}
