//! `virtual-market partner upload`, as a partner's script runs it.

use std::process::Output;

use shared::{
    Page,
    import::{ImportState, ImportView},
    offer::PartnerOffer,
    partner::{KeyMode, Scope},
};
use tests::{Market, Offer, Partner, on_both};

on_both!(
    a_file_is_uploaded_and_the_second_time_changes_nothing,
    wrong_rows_are_shown_and_saved,
    a_dry_run_changes_nothing,
    each_end_has_its_exit_code,
);

/// Runs the uploader on a file, with the key in the environment as scripts have it.
async fn upload(market: &Market, partner: &Partner, key: &str, name: &str, text: &str, args: &[&str]) -> Output {
    let file = market.place.folder.path().join(format!("{}-{name}", partner.slug));
    std::fs::write(&file, text).expect("the file");
    let file = file.to_string_lossy().into_owned();
    let anon = market.anon();
    let here = ["--url", anon.url()];
    let here = if args.contains(&"--url") { &[][..] } else { &here[..] };
    let all = [&["partner", "upload", &file, "--partner", &partner.slug, "--lang", "en"], here, args].concat();
    let args: Vec<String> = all.into_iter().map(ToOwned::to_owned).collect();
    let (place, key) = (market.place.clone(), key.to_owned());
    let run = move || {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        place.command_with(&args, &[("VM_KEY", &key)])
    };
    tokio::task::spawn_blocking(run).await.expect("it runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn row(id: &str) -> serde_json::Map<String, serde_json::Value> {
    Offer::once().with(|o| o.external_id = Some(id.to_owned())).json()
}

fn ndjson(rows: &[serde_json::Map<String, serde_json::Value>]) -> String {
    rows.iter().map(|row| serde_json::Value::Object(row.clone()).to_string()).collect::<Vec<_>>().join("\n")
}

async fn a_file_is_uploaded_and_the_second_time_changes_nothing(market: Market) {
    let partner = market.partner().await;
    let text = ndjson(&[row("one"), row("two")]);
    for (created, unchanged) in [(2, 0), (0, 2)] {
        let output = upload(&market, &partner, &partner.test_key, "good.ndjson", &text, &["--json"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let import: ImportView = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
        assert_eq!(import.state, ImportState::Finished);
        assert_eq!((import.counts.created, import.counts.unchanged), (created, unchanged));
    }
    let offers: Page<PartnerOffer> = partner.sandbox.get(&partner.path("/offers")).await.ok();
    assert_eq!(offers.items.len(), 2);
}

async fn wrong_rows_are_shown_and_saved(market: Market) {
    let partner = market.partner().await;
    let mut wrong = row("wrong");
    wrong.insert("quota".to_owned(), 0.into());
    let text = ndjson(&[row("good"), wrong]);
    let saved = market.place.folder.path().join(format!("{}-errors.csv", partner.slug));
    let out = saved.to_string_lossy().into_owned();
    let output = upload(&market, &partner, &partner.test_key, "some.ndjson", &text, &["--errors-out", &out]).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for shown in ["Line", "2", "wrong", "/quota", "created 1", "failed 1"] {
        assert!(table.contains(shown), "{shown}: {table}");
    }
    let csv = std::fs::read_to_string(&saved).expect("the errors are saved");
    assert!(csv.contains("wrong") && csv.contains("out_of_range") && !csv.contains("good"), "{csv}");
}

async fn a_dry_run_changes_nothing(market: Market) {
    let partner = market.partner().await;
    let text = serde_json::to_string(&[row("one")]).expect("JSON");
    let output = upload(&market, &partner, &partner.test_key, "list.json", &text, &["--dry-run"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("Dry run finished") && said(&output).contains("created 1"), "{}", said(&output));
    let offers: Page<PartnerOffer> = partner.sandbox.get(&partner.path("/offers")).await.ok();
    assert_eq!(offers.items, []);
}

async fn each_end_has_its_exit_code(market: Market) {
    let partner = market.partner().await;
    let text = ndjson(&[row("one")]);
    let weak = market.key_of(&partner, KeyMode::Test, &[Scope::OffersRead]).await;
    let refused = upload(&market, &partner, &weak, "a.ndjson", &text, &[]).await;
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("imports:write"), "the scope is named: {}", said(&refused));
    assert!(!said(&refused).contains(&weak), "the key is never shown");
    let slip = upload(&market, &partner, "vm_test_x", "a.ndjson", &text, &[]).await;
    assert_eq!(slip.status.code(), Some(3), "{}", said(&slip));
    let unknown = upload(&market, &partner, &weak, "a.xlsx", &text, &[]).await;
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    let in_the_open = upload(&market, &partner, &weak, "a.ndjson", &text, &["--url", "http://192.0.2.1"]).await;
    assert_eq!(in_the_open.status.code(), Some(2), "{}", said(&in_the_open));
    let nonsense = upload(&market, &partner, &weak, "a.ndjson", &text, &["--mode", "all"]).await;
    assert_eq!(nonsense.status.code(), Some(2), "{}", said(&nonsense));
}
