//! The program: logger and dispatch.

fn main() {}
