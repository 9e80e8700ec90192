//! The tables of scenarios.

use super::page::Section;

/// Which files of tests there are upstream.
pub(crate) const FILES: &str = include_str!("../../../../docs/developer/conference-scenarios/files.tsv");

macro_rules! section {
    ($name:literal) => {
        Section {
            name: $name,
            table: include_str!(concat!("../../../../docs/developer/conference-scenarios/", $name, ".tsv")),
        }
    };
}

/// The sections, in the order of the page.
pub(crate) const SECTIONS: [Section<'static>; 10] = [
    section!("connection"),
    section!("auto-connect"),
    section!("calls"),
    section!("redial"),
    section!("api"),
    section!("presentation"),
    section!("balancer"),
    section!("statistics"),
    section!("incoming-and-roles"),
    section!("connector"),
];
