//! The command that the words of `roombox present` mean.

use roombox_appliance::tree::{Command, PageTurn};

use super::arguments::PresentAction;
use crate::exit::Refusal;

/// `what` belongs to `start` and `page` only.
pub(crate) fn present(action: Option<PresentAction>, what: Option<&str>) -> Result<Command, Refusal> {
    let turn = |to| Command::Page { to };
    let command = match (action, what) {
        (Some(PresentAction::Start), source) => {
            return Ok(Command::Present { on: Some(true), source: source.map(str::to_owned) });
        }
        (Some(PresentAction::Page), Some(number)) => {
            let page =
                number.parse().map_err(|_| Refusal::usage(format!("{number:?} is not the number of a page.")))?;
            return Ok(turn(PageTurn::Page(page)));
        }
        (Some(PresentAction::Page), None) => return Err(Refusal::usage("Which page? roombox present page NUMBER.")),
        (None, _) => Command::Present { on: None, source: None },
        (Some(PresentAction::Stop), _) => Command::Present { on: Some(false), source: None },
        (Some(PresentAction::First), _) => turn(PageTurn::First),
        (Some(PresentAction::Last), _) => turn(PageTurn::Last),
        (Some(PresentAction::Next), _) => turn(PageTurn::Next),
        (Some(PresentAction::Previous), _) => turn(PageTurn::Previous),
    };
    match what {
        None => Ok(command),
        Some(what) => Err(Refusal::usage(format!("{what:?} has no meaning there; a source belongs behind start."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_commands() {
        let start = Command::Present { on: Some(true), source: Some("laptop".into()) };
        assert_eq!(present(Some(PresentAction::Start), Some("laptop")).unwrap(), start);
        assert_eq!(present(None, None).unwrap(), Command::Present { on: None, source: None });
        assert_eq!(present(Some(PresentAction::Next), None).unwrap(), Command::Page { to: PageTurn::Next });
        assert_eq!(present(Some(PresentAction::Page), Some("7")).unwrap(), Command::Page { to: PageTurn::Page(7) });
    }

    #[test]
    fn a_word_too_much_or_too_little_is_told() {
        for (action, what) in
            [(PresentAction::Stop, Some("laptop")), (PresentAction::Page, None), (PresentAction::Page, Some("two"))]
        {
            assert!(present(Some(action), what).is_err(), "{action:?} {what:?}");
        }
    }
}
