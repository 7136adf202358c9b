//! The program's other commands.

use serde_json::Value;
use shared::{
    Code, Page,
    account::{Me, Role},
    offer::OfferList,
    partner::PartnerView,
    stats::Summary,
};
use tests::{Kind, Market, Place, eventually, on_both, people};

on_both!(alone:
    seeding_twice_is_seeding_once,
    an_admin_is_made_and_signs_in,
    tokens_are_for_people_who_are_there,
    synthetic_data_are_whole,
    unknown_commands_are_refused,
);

async fn seeding_twice_is_seeding_once(kind: Kind) {
    let place = Place::new(kind).await;
    for _ in 0..2 {
        place.succeed(&["migrate"]);
        place.succeed(&["seed"]);
    }
    let db = place.db().await;
    for (table, rows) in [("partners", 9), ("offers", 9), ("users", 0), ("claims", 0)] {
        assert_eq!(db.number(&format!("SELECT count(*) FROM {table}")).await, rows, "{table}");
    }
    db.check_ledger().await;
    let market = Market::open(place).await;
    let list: OfferList = market.anon().get("/offers").await.ok();
    let partners: Page<PartnerView> = market.anon().get("/partners").await.ok();
    assert_eq!((list.total, partners.items.len()), (9, 10), "demo data add a sample partner");
}

async fn an_admin_is_made_and_signs_in(kind: Kind) {
    let place = Place::new(kind).await;
    let said = place.succeed(&["create-admin", "--email", "chief@edu.az"]);
    let password = said.split_whitespace().map(|w| w.trim_matches(['`', '"', '.', ':'])).rfind(|w| w.len() >= 12);
    let password = password.unwrap_or_else(|| panic!("it says the password: {said}"));
    let market = Market::open(place).await;
    let tokens = people::sign_in(&market.anon(), "chief@edu.az", password).await;
    let chief = market.anon().bearer(&tokens.access_token);
    assert_eq!(chief.get("/me").await.ok::<Me>().role, Role::Admin);
    chief.get("/admin/users").await.status(200);
}

async fn tokens_are_for_people_who_are_there(kind: Kind) {
    let market = Market::open(Place::new(kind).await).await;
    let teacher = people::tokens(&market.place, "educator", 1).remove(0);
    let me: Me = market.anon().bearer(&teacher).get("/me").await.ok();
    assert_eq!((me.email.as_str(), me.role), ("teacher@demo.az", Role::Educator));
    let file = market.place.folder.path().join("tokens").to_string_lossy().into_owned();
    let too_many = market.place.command(&["token", "--role", "educator", "--count", "2", "--out", &file]);
    assert!(!too_many.status.success());
    let nobody = market.place.command(&["token", "--role", "king", "--count", "1", "--out", &file]);
    assert!(!nobody.status.success());
}

async fn synthetic_data_are_whole(kind: Kind) {
    let place = Place::new(kind).await;
    place.succeed(&["generate", "--users", "400", "--educators", "100", "--offers", "50", "--claims", "300"]);
    let db = place.db().await;
    db.check_ledger().await;
    assert_eq!(db.number("SELECT count(*) FROM claims").await, 300);
    let market = Market::open(place).await;
    let list: OfferList = market.anon().get("/offers?facets=true").await.ok();
    assert!(list.total >= 50, "{}", list.total);
    let figures: Summary = eventually("the figures tell", || async {
        let figures: Summary = market.anon().get("/stats/summary").await.ok();
        (figures.claims_total > 0).then_some(figures)
    })
    .await;
    let counted = |what: &'static str| {
        let db = &db;
        async move { u64::try_from(db.number(what).await).expect("a count") }
    };
    assert_eq!(figures.users, counted("SELECT count(*) FROM users").await);
    assert_eq!(
        figures.educators,
        counted("SELECT count(*) FROM users WHERE role = 'educator' AND role_verified").await
    );
    let units = "SELECT sum(quantity) FROM claims WHERE state IN ('active', 'held', 'redeemed')";
    assert_eq!(figures.claims_total, counted(units).await);
    let tokens = people::sign_in(&market.anon(), "user000000@example.az", "numune-parol-2026").await;
    market.anon().bearer(&tokens.access_token).get("/me/claims").await.ok::<Page<Value>>();
    let wrong = serde_json::json!({"email": "user000000@example.az", "password": "numune-parol-2027"});
    market.anon().send("/auth/token", &wrong).await.refused(Code::InvalidCredentials);
}

async fn unknown_commands_are_refused(kind: Kind) {
    let place = Place::new(kind).await;
    for args in [&["fly"][..], &[], &["seed", "--colour", "red"]] {
        assert!(!place.command(args).status.success(), "{args:?}");
    }
    assert!(place.succeed(&["--version"]).starts_with("virtual-market "));
}
