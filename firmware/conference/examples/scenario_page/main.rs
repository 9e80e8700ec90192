//! Prints `docs/developer/conference-scenarios.md` from its tables.

mod page;
mod sections;
#[path = "../tables/mod.rs"]
mod tables;

fn main() {
    print!("{}", page::page(sections::FILES, &sections::SECTIONS));
}
