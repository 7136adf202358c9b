//! Applying to become a partner.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode, Page,
    account::Role,
    partner::{AdminPartner, MemberRole, MyPartner, PartnerAction, PartnerProfile, PartnerState, PartnerView},
};
use tests::{Market, Offer, mail::Mail, on_both, people};

use super::{application, applied};

on_both!(
    a_company_applies_and_is_let_in,
    a_refused_one_reads_why_and_applies_again,
    an_application_names_each_wrong_field,
    only_confirmed_people_apply_and_not_too_often,
    a_name_is_taken_once,
);

async fn a_company_applies_and_is_let_in(market: Market) {
    let person = market.signed_up(Role::Learner).await;
    let answer = person.caller.send("/partners", &application()).await;
    let location = answer.header("location").expect("a location").to_owned();
    let made: PartnerProfile = answer.created();
    assert_eq!((made.state, made.version), (PartnerState::Applied, 1));
    let at_its_place: PartnerProfile = person.caller.clone().at_root().get(&location).await.ok();
    assert_eq!(at_its_place, made);
    let console = format!("console/{}", made.slug);
    Mail::newest(&market.place, &person.email, &console).await;

    // Nobody else sees it, and its owner cannot offer yet.
    let slug = &made.slug;
    market.anon().get(&format!("/partners/{slug}")).await.refused(Code::NotFound);
    market.learner().await.get(&format!("/partners/{slug}/profile")).await.refused(Code::NotFound);
    let offers = format!("/partners/{slug}/offers");
    let problem = person.caller.send(&offers, &Offer::once().0).await.refused(Code::PartnerNotActive);
    assert_eq!(problem.extra["state"], "applied");
    let mine: Page<MyPartner> = person.caller.get("/me/partners").await.ok();
    assert_eq!((mine.items[0].state, mine.items[0].role), (PartnerState::Applied, MemberRole::Owner));

    let admin = market.admin().await;
    let queue: Page<AdminPartner> = admin.get(&format!("/admin/partners?state=applied&q={slug}")).await.ok();
    let [waiting] = &queue.items[..] else { panic!("one application: {queue:?}") };
    assert_eq!((&waiting.profile, waiting.owners[0].email.as_str()), (&made, person.email.as_str()));
    assert_eq!(waiting.allowed, [PartnerAction::Approve, PartnerAction::Refuse]);
    let path = format!("/admin/partners/{}", made.id);
    let approved: AdminPartner = admin.post(&format!("{path}/approve")).await.ok();
    assert_eq!(approved.profile.state, PartnerState::Active);
    admin.post(&format!("{path}/approve")).await.refused(Code::StateConflict);

    let seen: PartnerView = market.anon().get(&format!("/partners/{slug}")).await.ok();
    assert_eq!(seen.name, "Bilik Evi");
    person.caller.send(&offers, &Offer::once().0).await.status(201);
    tests::eventually("two mails to the owner, beside the one that confirms the address", || async {
        (Mail::count(&market.place, &person.email) == 3).then_some(())
    })
    .await;
    let log: Page<Value> = admin.get("/admin/audit?limit=100").await.ok();
    let subject = format!("partner:{}", made.id);
    let actions: Vec<_> = log.items.iter().filter(|row| row["subject"] == subject).map(|row| &row["action"]).collect();
    assert_eq!(actions, ["partner.approve", "partner.apply"]);
}

async fn a_refused_one_reads_why_and_applies_again(market: Market) {
    let (person, made) = applied(&market).await;
    let admin = market.admin().await;
    let path = format!("/admin/partners/{}", made.id);
    let refuse = format!("{path}/refuse");
    admin
        .send(&refuse, &json!({"reason": " "}))
        .await
        .wrong_at(Code::InvalidInput, &[("/reason", FieldCode::Required)]);
    let refused: AdminPartner = admin.send(&refuse, &json!({"reason": "VÖEN yanlışdır."})).await.ok();
    assert_eq!(refused.profile.state, PartnerState::Refused);
    let profile = format!("/partners/{}/profile", made.slug);
    let read: PartnerProfile = person.caller.get(&profile).await.ok();
    assert_eq!(read.reason.as_deref(), Some("VÖEN yanlışdır."));
    let told = tests::eventually("a mail with the reason", || async {
        let mail = Mail::newest(&market.place, &person.email, &format!("console/{}", made.slug)).await;
        mail.text.contains("VÖEN yanlışdır.").then_some(mail)
    })
    .await;
    assert!(!told.text.contains("Bilik Evi"), "a name that nobody has checked stands in no mail");

    let mut again = application();
    again["slug"] = json!(made.slug);
    again["tax_id"] = json!("9876543210");
    // Not by somebody else: the name stays with whoever asked for it.
    let other = market.signed_up(Role::Learner).await;
    other.caller.send("/partners", &again).await.refused(Code::AlreadyExists);
    let new: PartnerProfile = person.caller.send("/partners", &again).await.created();
    assert_eq!((new.id, new.state, new.reason), (made.id, PartnerState::Applied, None));
    assert_eq!(new.tax_id.as_deref(), Some("9876543210"));
    assert!(new.version > read.version);
    admin.post(&format!("{path}/approve")).await.status(200);
}

async fn an_application_names_each_wrong_field(market: Market) {
    let person = market.signed_up(Role::Learner).await;
    for (field, value, code) in [
        ("/slug", json!("Böyük"), FieldCode::InvalidFormat),
        ("/slug", json!("ab"), FieldCode::TooShort),
        ("/slug", json!("console"), FieldCode::Reserved),
        ("/slug", json!("a.sandbox"), FieldCode::InvalidFormat),
        ("/name", json!(" "), FieldCode::Required),
        ("/name", json!("a\nb"), FieldCode::InvalidFormat),
        ("/website", json!("http://bilik.az"), FieldCode::InvalidFormat),
        ("/tax_id", json!("12345"), FieldCode::InvalidFormat),
        ("/contact_email", json!("lale"), FieldCode::InvalidEmail),
        ("/contact_phone", json!("zəng edin"), FieldCode::InvalidFormat),
        ("/colour", json!("red"), FieldCode::UnknownField),
    ] {
        let mut input = application();
        input[&field[1..]] = value.clone();
        let answer = person.caller.send("/partners", &input).await;
        answer.wrong_at(Code::InvalidInput, &[(field, code)]);
    }
}

async fn only_confirmed_people_apply_and_not_too_often(market: Market) {
    let unconfirmed = people::register(&market.anon(), Role::Learner).await;
    unconfirmed.caller.send("/partners", &application()).await.refused(Code::EmailNotVerified);
    let (person, first) = applied(&market).await;
    for _ in 0..2 {
        person.caller.send("/partners", &application()).await.status(201);
    }
    let problem = person.caller.send("/partners", &application()).await.refused(Code::LimitReached);
    assert_eq!(problem.extra["max"], 3);
    // An answer makes room.
    market.admin().await.post(&format!("/admin/partners/{}/approve", first.id)).await.status(200);
    let all = (0..5).map(|_| async { person.caller.send("/partners", &application()).await.status });
    let statuses = futures_util::future::join_all(all).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "also when all come at once: {statuses:?}");
}

async fn a_name_is_taken_once(market: Market) {
    let (_, made) = applied(&market).await;
    let mut input = application();
    for taken in [made.slug.as_str(), "azercell"] {
        input["slug"] = json!(taken);
        let problem = market.learner().await.send("/partners", &input).await.refused(Code::AlreadyExists);
        assert_eq!(problem.extra["pointer"], "/slug");
    }
}
