//! Prints `docs/developer/conference-statistics.md`.

mod page;

fn main() {
    print!("{}", page::page());
}
