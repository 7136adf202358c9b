//! The files that the program writes: nobody else reads them, and keys that the database needs are not replaced by others.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::json;
use shared::{
    account::{Me, Role},
    import::ImportView,
};
use tests::{Kind, Market, Place, eventually, on_both};

on_both!(alone:
    nobody_else_reads_what_it_writes,
    a_key_that_the_database_needs_is_not_made_anew
);

/// All files and folders below a folder, with their rights.
fn below(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let (path, meta) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))).expect("an entry");
        found.push((path.clone(), meta.permissions().mode() & 0o777));
        if meta.is_dir() {
            found.extend(below(&path));
        }
    }
    found
}

/// The tests start it with the umask 022.
async fn nobody_else_reads_what_it_writes(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let folder = market.place.folder.path().to_owned();
    market.signed_up(Role::Learner).await;
    let partner = market.partner().await;
    let ask = partner.program.post(&partner.path("/imports")).header("content-type", "application/x-ndjson");
    ask.body("{}").await.status(202).json::<ImportView>();
    let found = eventually("keys, mails and the upload are there", || async {
        let found = below(&folder);
        let is_there = |name: &str| found.iter().any(|(path, _)| path.to_string_lossy().contains(name));
        [".der", "/keys/webhooks.key", ".eml", ".upload"].iter().all(|name| is_there(name)).then_some(found)
    })
    .await;
    for (path, rights) in found {
        assert_eq!(rights, if path.is_dir() { 0o700 } else { 0o600 }, "{}: {rights:o}", path.display());
    }
    market.server.stop();
    if kind == Kind::Sqlite {
        // As an earlier version left it.
        let file = folder.join("market.db");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("the rights are set");
        market.place.succeed(&["migrate"]);
        assert_eq!(fs::metadata(&file).expect("the database").permissions().mode() & 0o777, 0o600);
        let data = folder.join("new/data");
        let output = market.place.command_with(&["migrate"], &[("DATA_DIR", &data.to_string_lossy())]);
        assert!(output.status.success());
        for folder in [folder.join("new"), data] {
            assert_eq!(fs::metadata(&folder).expect("it is made").permissions().mode() & 0o777, 0o700);
        }
    }
}

async fn a_key_that_the_database_needs_is_not_made_anew(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let teacher = market.demo("teacher@demo.az").await;
    let partner = market.partner().await;
    let webhook = json!({"url": "https://keys.example/hook", "kinds": ["import.finished"]});
    partner.owner.send(&partner.path("/webhooks"), &webhook).await.status(201);
    market.server.stop();
    let (place, keys) = (&market.place, market.place.folder.path().join("keys"));
    let out = place.folder.path().join("tokens").to_string_lossy().into_owned();
    let token = ["token", "--role", "educator", "--count", "1", "--out", &out];
    for (file, commands, words) in [
        ("0.der", &[&token[..], &["serve"]][..], "signs access tokens"),
        ("webhooks.key", &[&["serve"]], "seals webhooks' secrets"),
    ] {
        let (file, aside) = (keys.join(file), place.folder.path().join("aside"));
        fs::rename(&file, &aside).expect("the key is there");
        for command in commands {
            let output = place.command(command);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                !output.status.success() && said.contains(words) && said.contains("new-keys"),
                "{command:?}: {said}"
            );
            assert!(!file.exists());
        }
        fs::rename(&aside, &file).expect("it is restored");
    }
    let again = market.again().await;
    let me: Me = teacher.at(&again.server.url).get("/me").await.ok();
    assert_eq!(me.email, "teacher@demo.az", "what was signed before still holds");
    again.server.stop();
    // Where they are lost, somebody says so.
    fs::remove_dir_all(&keys).expect("they are lost");
    place.succeed(&["new-keys"]);
    let again = market.again().await;
    teacher.at(&again.server.url).get("/me").await.refused(shared::Code::Unauthenticated);
    tests::people::sign_in(&again.anon(), "teacher@demo.az", tests::people::DEMO_PASSWORD).await;
}
