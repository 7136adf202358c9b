//! `virtual-market`: the program.

use std::{env, process::ExitCode};

use api::cli;
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocators' settings, which they read from the environment before `main`: memory is taken as it is needed and given
/// back at once. SQLite's comes from the C library, of which one arena is enough for its few threads. At rest that is a
/// third less; no benchmark was slower for it.
const ALLOCATOR_SETTINGS: [(&str, &str); 3] =
    [("MIMALLOC_PURGE_DELAY", "0"), ("MIMALLOC_ARENA_EAGER_COMMIT", "0"), ("MALLOC_ARENA_MAX", "1")];

fn main() -> ExitCode {
    settle_allocator();
    dotenvy::dotenv().ok();
    let cli = cli::Cli::parse();
    match actix_web::rt::System::new().block_on(cli::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("virtual-market: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the program again, as the same process, with the allocator's settings where they are not given. Where that
/// cannot be done, it goes on without them.
fn settle_allocator() {
    if ALLOCATOR_SETTINGS.iter().any(|(name, _)| env::var_os(name).is_some()) {
        return;
    }
    #[cfg(unix)]
    if let Ok(program) = env::current_exe() {
        use std::os::unix::process::CommandExt;
        let mut again = std::process::Command::new(program);
        let failed = again.args(env::args_os().skip(1)).envs(ALLOCATOR_SETTINGS).exec();
        eprintln!("virtual-market: the allocator keeps its own settings: {failed}");
    }
}
