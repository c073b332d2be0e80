//! The command `spanwright`.

fn main() {}
