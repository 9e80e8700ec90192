//! News of a device: told when something changed, not again and again.

use crate::supervise::State;

/// What was told last.
#[derive(Debug, Default)]
pub(crate) struct Report {
    told: Option<Result<(), String>>,
}

impl Report {
    /// Whether it works and else why not, if that is news. A device closed on purpose is none.
    pub(crate) fn news(&mut self, state: State<'_>) -> Option<(bool, Option<String>)> {
        let news = match state {
            State::Works => Ok(()),
            State::Failed(reason) => Err(reason.to_owned()),
            State::Off => return None,
        };
        let told = self.told.replace(news.clone());
        (told.as_ref() != Some(&news)).then(|| (news.is_ok(), news.err()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_stays_away_is_reported_once_for_each_reason() {
        let mut report = Report::default();
        assert_eq!(report.news(State::Failed("unplugged")), Some((false, Some("unplugged".into()))));
        assert_eq!(report.news(State::Failed("unplugged")), None);
        assert_eq!(report.news(State::Failed("busy")), Some((false, Some("busy".into()))));
        assert_eq!(report.news(State::Works), Some((true, None)));
        assert_eq!(report.news(State::Off), None);
    }
}
