//! Prints `docs/developer/conference-features.md` from its table.

mod page;
#[path = "../tables/mod.rs"]
mod tables;

fn main() {
    print!("{}", page::page(include_str!("../../../../docs/developer/conference-features.tsv")));
}
