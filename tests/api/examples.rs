//! The examples for partners' programmers: each is run as it stands in `openapi/examples/`, and stands so in the README.

use std::process::Command;

use shared::{Page, offer::PartnerOffer};
use tests::{Market, on_both, program};

on_both!(the_example_with_curl, the_example_in_python, the_example_in_rust);

async fn the_example_with_curl(market: Market) {
    let file = program::root().join("openapi/examples/upload.sh");
    run(&market, Command::new("bash").arg(file), "curl").await;
}

async fn the_example_in_python(market: Market) {
    let file = program::root().join("openapi/examples/upload.py");
    run(&market, Command::new("python3").arg(file), "python").await;
}

async fn the_example_in_rust(market: Market) {
    run(&market, &mut Command::new(program::example("upload")), "rust").await;
}

/// Runs an example with a test key, and looks at what came of it.
async fn run(market: &Market, command: &mut Command, name: &str) {
    let partner = market.partner().await;
    let output = command
        .env("VM_URL", market.anon().url())
        .env("VM_PARTNER", &partner.slug)
        .env("VM_KEY", &partner.test_key)
        .output()
        .expect("the example runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("/quota"), "it shows what is wrong: {said}");
    let offers: Page<PartnerOffer> = partner.sandbox.get(&partner.path("/offers")).await.ok();
    let mut ids: Vec<_> = offers.items.iter().filter_map(|o| o.offer.external_id.clone()).collect();
    ids.sort();
    assert_eq!(ids, [format!("{name}-1"), format!("{name}-2")], "{said}");
    let live: Page<PartnerOffer> = partner.owner.get(&partner.path("/offers")).await.ok();
    assert_eq!(live.items, [], "a test key touches the sandbox alone");
    let redeemed: Page<serde_json::Value> = partner.sandbox.get("/redemptions").await.ok();
    assert_eq!(redeemed.items.len(), 1, "{said}");
}

#[test]
fn the_readme_has_them_as_they_are() {
    let readme = std::fs::read_to_string(program::root().join("openapi/README.md")).expect("the README");
    for (file, language) in [("upload.sh", "sh"), ("upload.py", "python"), ("upload.rs", "rust")] {
        let text = std::fs::read_to_string(program::root().join("openapi/examples").join(file)).expect(file);
        assert!(
            readme.contains(&format!("```{language}\n{text}```\n")),
            "{file}: put it into openapi/README.md as it is"
        );
    }
}
