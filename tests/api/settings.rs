//! `.env.example` and the README name the same settings as the program, and the program refuses wrong ones at start.

use std::{collections::BTreeSet, process::Command};

use tests::{Kind, Place, block_on, on_both, program};

on_both!(alone: wrong_settings_stop_it_with_a_reason, demo_data_are_for_this_machine_alone);

/// The settings that `serve --help` tells of, with `[env: NAME=…]`.
fn known() -> BTreeSet<String> {
    let help = Command::new(program::path()).args(["serve", "--help"]).env_clear().output().expect("the program runs");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let names = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
    names.map(ToOwned::to_owned).collect()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(program::root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

#[test]
fn the_example_file_names_every_setting_and_no_other() {
    let line = |line: &str| {
        let name = line.trim_start_matches(['#', ' ']).split_once('=')?.0.to_owned();
        name.chars().all(|c| c.is_ascii_uppercase() || c == '_').then_some(name)
    };
    let named: BTreeSet<String> = read(".env.example").lines().filter_map(line).collect();
    // What the Compose file alone needs stands there, too.
    let compose = read("docker-compose.yml");
    let missing: Vec<_> = known().difference(&named).cloned().collect();
    assert!(missing.is_empty(), "not in .env.example: {missing:?}");
    let known = known();
    let unknown: Vec<_> =
        named.iter().filter(|n| !known.contains(*n) && !compose.contains(&format!("${{{n}"))).collect();
    assert!(unknown.is_empty(), "no such settings: {unknown:?}");
}

#[test]
fn the_readme_names_every_setting_and_no_other() {
    let readme = read("README.md");
    let table = readme.split("### Settings").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a chapter");
    let row = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    let named: BTreeSet<String> = table.lines().filter_map(row).collect();
    assert_eq!(named, known());
}

async fn wrong_settings_stop_it_with_a_reason(kind: Kind) {
    let place = Place::new(kind).await;
    for (flags, reason) in [
        (&["--public-url", "ftp://market.example"][..], "PUBLIC_URL"),
        (&["--rate-changes", "0"], "RATE_CHANGES"),
        (&["--rate-guesses", "0"], "RATE_GUESSES"),
        (&["--rate-keys", "0"], "RATE_KEYS"),
        (&["--claim-queue", "0"], "CLAIM_QUEUE"),
        (&["--import-keep-mb", "1023"], "IMPORT_KEEP_MB"),
        (&["--webhooks-at-once", "0"], "WEBHOOKS_AT_ONCE"),
        (&["--webhooks-allow-private"], "WEBHOOKS_ALLOW_PRIVATE"),
        (&["--listen", "nowhere"], "--listen"),
        (&["--database-url", "mysql://x"], "DATABASE_URL must begin with postgres://"),
        (&["--colour", "red"], "--colour"),
    ] {
        let output = place.command(&[&["serve"], flags].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(reason), "{flags:?}: {said}");
    }
    let hidden = place.command(&["serve", "--database-url", "postgres://kim:very-secret@127.0.0.1:1/x"]);
    let said = String::from_utf8_lossy(&hidden.stderr);
    assert!(!hidden.status.success() && !said.contains("very-secret"), "{said}");
}

async fn demo_data_are_for_this_machine_alone(kind: Kind) {
    let place = Place::new(kind).await;
    let output = place.command(&["serve", "--demo", "--listen", "0.0.0.0:0"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("loopback"), "{said}");
}

#[test]
fn help_shows_no_secrets() {
    let place = block_on(Place::new(Kind::Sqlite));
    let help = Command::new(program::path())
        .args(["serve", "--help"])
        .env("DATABASE_URL", "postgres://kim:very-secret@db/x")
        .env("SMTP_URL", "smtp://kim:very-secret@mail")
        .current_dir(place.folder.path())
        .output()
        .expect("the program runs");
    assert!(!String::from_utf8_lossy(&help.stdout).contains("very-secret"));
}
