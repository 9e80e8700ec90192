//! Prints `docs/developer/conference-features.md` from its table.

mod page;

fn main() {
    print!("{}", page::page(include_str!("../../../../docs/developer/conference-features.tsv")));
}
