//! `wanctl`: see `wanctl --help`, and `lib.rs` for the map.

fn main() -> std::process::ExitCode {
    wanctl::cli::main()
}
