//! The User-Agent header: the server chooses its dialect of SDP by it (spec section 1.6).

/// Which SDP we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Unified plan, as browsers of today: `ChromeNew - …`.
    #[default]
    Unified,
    /// Plan B of old browsers: `Chrome` and nothing else.
    PlanB,
}

/// Symbols that the server takes for separators.
const FORBIDDEN: [char; 4] = ['@', '*', '!', '|'];

/// The header's value. `engine`: name and version of what makes media, left out where unknown.
pub fn user_agent(dialect: Dialect, app: &str, version: &str, engine: Option<(&str, Option<&str>)>) -> String {
    if dialect == Dialect::PlanB {
        return "Chrome".into();
    }
    let app = app.replace(FORBIDDEN, "_");
    let engine = match engine {
        Some((name, Some(version))) if !name.is_empty() => format!("{name} {version}, "),
        Some((name, None)) if !name.is_empty() => format!("{name}, "),
        _ => String::new(),
    };
    format!("ChromeNew - {engine}{app} {version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_dialect_is_a_bare_chrome() {
        assert_eq!(user_agent(Dialect::PlanB, "room", "1.0", Some(("GStreamer", None))), "Chrome");
    }

    #[test]
    fn the_unified_form_names_engine_and_application() {
        let full = user_agent(Dialect::Unified, "room", "1.0", Some(("GStreamer", Some("1.26"))));
        assert_eq!(full, "ChromeNew - GStreamer 1.26, room 1.0");
    }

    #[test]
    fn an_engine_may_be_unknown_or_without_version() {
        assert_eq!(user_agent(Dialect::Unified, "room", "1.0", None), "ChromeNew - room 1.0");
        assert_eq!(user_agent(Dialect::Unified, "room", "1.0", Some(("", Some("1")))), "ChromeNew - room 1.0");
        assert_eq!(user_agent(Dialect::Unified, "room", "1.0", Some(("X", None))), "ChromeNew - X, room 1.0");
    }

    #[test]
    fn each_forbidden_symbol_of_the_application_becomes_an_underscore() {
        assert_eq!(user_agent(Dialect::Unified, "a@b*c!d|e", "1", None), "ChromeNew - a_b_c_d_e 1");
        assert_eq!(user_agent(Dialect::Unified, "", "1", None), "ChromeNew -  1");
    }
}
