//! ICE credentials and restarts (RFC 8839, RFC 8445).

use super::{Description, Section};

/// User fragment and password of one side (RFC 8839 section 5.4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IceCredentials<'a> {
    /// 4..=256 characters.
    pub ufrag: &'a str,
    /// 22..=256 characters.
    pub pwd: &'a str,
}

impl std::fmt::Debug for IceCredentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceCredentials").field("ufrag", &self.ufrag).finish_non_exhaustive()
    }
}

impl Description {
    /// The credentials of an m-line, or the session's. `None` without ICE, `Some(Err(()))` where one half is missing or of a
    /// length that RFC 8839 does not allow.
    pub(super) fn ice_checked<'a>(&'a self, media: &'a Section) -> Option<Result<IceCredentials<'a>, ()>> {
        let find = |name| media.attribute(name).or_else(|| self.session.attribute(name)).map(str::trim_end);
        match (find("ice-ufrag"), find("ice-pwd")) {
            (None, None) => None,
            (Some(ufrag), Some(pwd)) if (4..=256).contains(&ufrag.len()) && (22..=256).contains(&pwd.len()) => {
                Some(Ok(IceCredentials { ufrag, pwd }))
            }
            _ => Some(Err(())),
        }
    }

    /// The ICE credentials of an m-line, or the session's.
    pub fn ice<'a>(&'a self, media: &'a Section) -> Option<IceCredentials<'a>> {
        self.ice_checked(media)?.ok()
    }

    /// Does this description restart ICE after `before` of the same side: has an m-line other credentials than it had
    /// (RFC 8839 section 4.4.1.1.1)?
    pub fn restarts_ice(&self, before: &Self) -> bool {
        let lines =
            self.media.iter().zip(&before.media).filter(|(now, then)| !now.is_rejected() && !then.is_rejected());
        lines.filter_map(|(now, then)| Some((self.ice(now)?, before.ice(then)?))).any(|(now, then)| now != then)
    }
}
