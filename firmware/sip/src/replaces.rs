//! The Replaces header (RFC 3891 section 6.1): which dialog a new call takes the place of.

use std::fmt;

use crate::message::params::Params;

/// A dialog, seen from the element that is asked to replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaces {
    pub call_id: String,
    /// Only while the dialog is not confirmed.
    pub early_only: bool,
    /// The tag of the other side.
    pub from_tag: String,
    /// The tag of the element that is asked.
    pub to_tag: String,
}

impl Replaces {
    /// Reads a header value; `None` without a Call-ID and both tags.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (call_id, params) = text.split_once(';')?;
        let params = Params::parse(params).ok()?;
        let tag = |name| params.get(name).filter(|tag| !tag.is_empty()).map(String::from);
        let call_id = call_id.trim();
        (!call_id.is_empty() && !params.has_duplicates()).then_some(())?;
        Some(Self {
            call_id: call_id.into(),
            early_only: params.has("early-only"),
            from_tag: tag("from-tag")?,
            to_tag: tag("to-tag")?,
        })
    }

    /// A tag of `0` stands for the missing one of a peer of RFC 2543 (section 6.1).
    pub(crate) fn is_tag(named: &str, tag: &str) -> bool {
        named == tag || (named == "0" && tag.is_empty())
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only { f.write_str(";early-only") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_in_any_order_and_written_back() {
        let replaces =
            Replaces::parse("98732@sip.example ; from-tag=r33th4x0r;TO-TAG=ff87ff; early-only").expect("valid");
        assert_eq!((replaces.call_id.as_str(), replaces.early_only), ("98732@sip.example", true));
        assert_eq!(replaces.to_string(), "98732@sip.example;to-tag=ff87ff;from-tag=r33th4x0r;early-only");
        assert_eq!(Replaces::parse(&replaces.to_string()), Some(replaces));
    }

    #[test]
    fn a_value_without_both_tags_or_with_one_twice_is_none() {
        for text in
            ["", "a", "a;to-tag=1", "a;from-tag=1;to-tag=", ";to-tag=1;from-tag=2", "a;to-tag=1;to-tag=2;from-tag=3"]
        {
            assert_eq!(Replaces::parse(text), None, "{text}");
        }
    }
}
