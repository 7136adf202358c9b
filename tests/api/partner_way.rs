//! The whole way of a partner, from the wish to help to a redeemed claim, as its people and programs go it.

use serde_json::{Value, json};
use shared::{
    Page,
    account::Role,
    claim::{ClaimState, ClaimView},
    import::{ImportState, ImportView, RowError},
    offer::{Audience, OfferState, PartnerOffer},
    partner::{MadeApiKey, MyPartner, PartnerProfile, PartnerState},
    redemption::{CheckedCode, RedemptionState, RedemptionView},
    webhook::{EventKind, WebhookSecret},
};
use tests::{Caller, Market, Offer, Receiver, eventually, mail::Mail, on_both, people::unique};

on_both!(from_an_application_to_a_redeemed_claim);

async fn from_an_application_to_a_redeemed_claim(market: Market) {
    let ministry = market.admin().await;

    // A company applies, and the ministry lets it in.
    let owner = market.signed_up(Role::Learner).await;
    let slug = unique("yardim");
    let application = json!({
        "slug": slug, "name": "Yardım Telekom", "about": {"az": "Nümunə operator"}, "tax_id": "1234567891",
        "contact_name": "Lalə Quliyeva", "contact_email": owner.email, "contact_phone": "+994 12 555 00 00",
    });
    let profile: PartnerProfile = owner.caller.send("/partners", &application).await.created();
    assert_eq!(profile.state, PartnerState::Applied);
    ministry.post(&format!("/admin/partners/{}/approve", profile.id)).await.status(200);
    let desk = |rest: &str| format!("/partners/{slug}{rest}");

    // The owner invites an editor, and makes a key for the program.
    let editor = market.signed_up(Role::Learner).await;
    let invitation = json!({"email": editor.email, "role": "editor"});
    owner.caller.send(&desk("/members/invitations"), &invitation).await.status(201);
    let mail = Mail::newest(&market.place, &editor.email, "/invitation").await;
    let token = json!({"token": mail.token("/invitation").expect("a token")});
    let _: MyPartner = editor.caller.send("/invitations/accept", &token).await.ok();
    let wish = json!({"name": "Kassa", "mode": "live", "scopes": ["imports:write", "redemptions:write"]});
    let made: MadeApiKey = owner.caller.send(&desk("/api-keys"), &wish).await.created();
    let program = market.anon().bearer(&made.text);

    // Its program is told what happens.
    let receiver = Receiver::start().await;
    let kinds = ["import.finished", "claim.created", "redemption.confirmed", "redemption.undone"];
    let webhook = json!({"url": receiver.url("/hook"), "kinds": kinds});
    let webhook: WebhookSecret = owner.caller.send(&desk("/webhooks"), &webhook).await.created();

    // A dry run finds the wrong row; the mended file is uploaded and goes to the ministry.
    let row = |id: &str, quota: u32| {
        let offer = Offer::once().quota(quota).audience(&[Audience::Educator]);
        Value::Object(offer.with(|o| o.external_id = Some(id.to_owned())).json())
    };
    let dry = upload(&program, &desk("/imports?dry_run=true"), &[row("one", 10), row("two", 0)]).await;
    assert_eq!((dry.counts.created, dry.counts.failed), (1, 1));
    let errors: Page<RowError> = program.get(&desk(&format!("/imports/{}/errors", dry.id))).await.ok();
    assert_eq!((errors.items[0].line, errors.items[0].pointer.as_str()), (2, "/quota"));
    let real = upload(&program, &desk("/imports"), &[row("one", 10), row("two", 20)]).await;
    assert_eq!((real.state, real.counts.created, real.counts.failed), (ImportState::Finished, 2, 0));
    let offers: Page<PartnerOffer> = editor.caller.get(&desk("/offers")).await.ok();
    let offer = offers.items.iter().find(|o| o.offer.external_id.as_deref() == Some("one")).expect("it is there");
    assert_eq!(offer.state, OfferState::InReview);
    let approved: PartnerOffer = ministry.post(&format!("/admin/offers/{}/approve", offer.id)).await.ok();
    assert_eq!(approved.state, OfferState::Published);

    // A teacher claims it, and the till redeems the code.
    let teacher = market.educator().await;
    let claim: ClaimView = teacher.claimed(offer.id).await;
    let code = json!({"code": claim.code});
    let checked: CheckedCode = program.send("/redemptions/check", &code).await.ok();
    assert!(checked.valid, "{checked:?}");
    let held: RedemptionView = program.send("/redemptions/hold", &code).await.ok();
    assert_eq!(held.state, RedemptionState::Held);
    let redemption = json!({"redemption_id": held.id});
    let confirmed: RedemptionView = program.send("/redemptions/confirm", &redemption).await.ok();
    assert_eq!((confirmed.id, confirmed.state), (held.id, RedemptionState::Confirmed));
    let seen: ClaimView = teacher.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!(seen.state, ClaimState::Redeemed);
    let undone: RedemptionView = program.send("/redemptions/undo", &redemption).await.ok();
    assert_eq!(undone.state, RedemptionState::Undone);

    // All of it arrived, signed and in order.
    let told = eventually("the program is told", || async {
        let all = receiver.received();
        let all: Vec<_> =
            all.iter().filter(|r| r.is_signed_with(&webhook.secret)).map(tests::receiver::Received::message).collect();
        let of_claim = |kind| all.iter().any(|m| m.kind == kind && m.data["claim_id"] == json!(claim.id));
        of_claim(EventKind::RedemptionUndone).then_some(all)
    })
    .await;
    assert!(told.iter().any(|m| m.kind == EventKind::ImportFinished), "{told:?}");
    let of_claim: Vec<_> = told.iter().filter(|m| m.data["claim_id"] == json!(claim.id)).map(|m| m.kind).collect();
    let order = [EventKind::ClaimCreated, EventKind::RedemptionConfirmed, EventKind::RedemptionUndone];
    assert_eq!(of_claim, order);
    market.place.db().await.check_ledger().await;
}

/// Uploads rows as NDJSON and waits until they are worked through.
async fn upload(program: &Caller, path: &str, rows: &[Value]) -> ImportView {
    let lines = rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ask = program.post(path).header("content-type", "application/x-ndjson").body(lines);
    let import: ImportView = ask.await.status(202).json();
    let path = format!("{}/{}", path.split('?').next().unwrap_or_default(), import.id);
    eventually("the upload is over", || async {
        let import: ImportView = program.get(&path).await.ok();
        import.state.is_over().then_some(import)
    })
    .await
}
