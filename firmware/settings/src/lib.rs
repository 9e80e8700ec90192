//! Typed configuration: sections, layers, validation. Pure: text goes in, settings and findings come out.

pub mod model;
