//! Inviting people to work for a partner.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    Code, FieldCode, Page,
    account::Role,
    partner::{InvitationCard, InvitationView, MemberRole, MemberView, MyPartner},
};
use tests::{Kind, Market, Partner, Person, Place, mail::Mail, on_both, people};

on_both!(
    somebody_is_invited_and_joins,
    an_invitation_is_for_one_address_and_one_time,
    an_invitation_is_replaced_and_taken_back,
    who_is_a_member_is_not_invited,
    only_active_partners_invite,
);
on_both!(alone: an_invitation_ends_after_a_week);

/// Invites an address and answers the invitation with the token of the mail.
async fn invite(market: &Market, partner: &Partner, email: &str, role: MemberRole) -> (InvitationView, String) {
    let before = Mail::count(&market.place, &email.to_lowercase());
    let path = partner.path("/members/invitations");
    let made = partner.owner.send(&path, &json!({"email": email, "role": role, "lang": "en"})).await.created();
    let email = &email.to_lowercase();
    tests::eventually("the mail", || async { (Mail::count(&market.place, email) > before).then_some(()) }).await;
    let mail = Mail::newest(&market.place, email, "/invitation").await;
    assert!(mail.text.contains(&format!("Role: {}", role.as_str())), "{}", mail.text);
    (made, mail.token("/invitation").expect("a token"))
}

async fn accept(person: &Person, token: &str) -> tests::Answer {
    person.caller.send("/invitations/accept", &json!({"token": token})).await
}

async fn somebody_is_invited_and_joins(market: Market) {
    let partner = market.partner().await;
    // Nobody has an account with this address yet, and capitals do not count.
    let email = format!("{}@test.az", people::unique("Yeni"));
    let (made, token) = invite(&market, &partner, &email, MemberRole::Editor).await;
    assert_eq!((made.email.as_str(), made.role), (email.to_lowercase().as_str(), MemberRole::Editor));
    assert_eq!(made.expires_at - made.created_at, TimeDelta::days(7));
    let open: Page<InvitationView> = partner.owner.get(&partner.path("/members/invitations")).await.ok();
    assert_eq!(open.items, [made]);

    let card: InvitationCard = market.anon().get(&format!("/invitations?token={token}")).await.ok();
    assert_eq!((card.partner.slug.as_str(), card.role), (partner.slug.as_str(), MemberRole::Editor));
    assert!(card.email_hint.starts_with("y•••@") && !card.email_hint.contains("yeni"), "{}", card.email_hint);

    let body = json!({"email": email, "password": tests::PASSWORD, "name": "Kamran Əliyev"});
    assert!(market.anon().send("/auth/register", &body).await.status < 300);
    let tokens = people::sign_in(&market.anon(), &email, tests::PASSWORD).await;
    let caller = market.anon().bearer(&tokens.access_token);
    let accepting = json!({"token": token});
    caller.send("/invitations/accept", &accepting).await.refused(Code::EmailNotVerified);
    let mail = Mail::newest(&market.place, &email.to_lowercase(), "verify-email").await;
    let verify = json!({"token": mail.token("verify-email").expect("a token")});
    market.anon().send("/auth/email/verify", &verify).await.done();
    let mine: MyPartner = caller.send("/invitations/accept", &accepting).await.ok();
    assert_eq!((mine.slug.as_str(), mine.role), (partner.slug.as_str(), MemberRole::Editor));
    caller.get(&partner.path("/offers")).await.status(200);

    let open: Page<InvitationView> = partner.owner.get(&partner.path("/members/invitations")).await.ok();
    assert!(open.items.is_empty());
    let members: Page<MemberView> = caller.get(&partner.path("/members")).await.ok();
    let new = members.items.iter().find(|m| m.email == email.to_lowercase()).expect("the new one");
    assert_eq!((new.role, new.name.as_str()), (MemberRole::Editor, "Kamran Əliyev"));
    // The token stands nowhere in the database, not even used up.
    let db = market.place.db().await;
    assert_eq!(db.number(&format!("SELECT count(*) FROM mails WHERE body LIKE '%{token}%'")).await, 0);
}

async fn an_invitation_is_for_one_address_and_one_time(market: Market) {
    let partner = market.partner().await;
    let (invited, other) = (market.signed_up(Role::Learner).await, market.signed_up(Role::Learner).await);
    let (_, token) = invite(&market, &partner, &invited.email, MemberRole::Cashier).await;
    let problem = accept(&other, &token).await.refused(Code::WrongAccount);
    assert_eq!(problem.extra["email_hint"], "l•••@test.az");
    accept(&invited, "not-a-token").await.refused(Code::InvalidToken);
    // Of several at once, one is first.
    let twice = futures_util::future::join_all((0..4).map(|_| accept(&invited, &token))).await;
    let mut statuses: Vec<_> = twice.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422]);
    accept(&invited, &token).await.refused(Code::InvalidToken);
    market.anon().get(&format!("/invitations?token={token}")).await.refused(Code::InvalidToken);
}

async fn an_invitation_is_replaced_and_taken_back(market: Market) {
    let partner = market.partner().await;
    let person = market.signed_up(Role::Learner).await;
    let (_, first) = invite(&market, &partner, &person.email, MemberRole::Cashier).await;
    let (made, second) = invite(&market, &partner, &person.email, MemberRole::Owner).await;
    accept(&person, &first).await.refused(Code::InvalidToken);
    let open: Page<InvitationView> = partner.owner.get(&partner.path("/members/invitations")).await.ok();
    assert_eq!(open.items, std::slice::from_ref(&made));
    let path = partner.path(&format!("/members/invitations/{}", made.id));
    market.partner().await.owner.delete(&path).await.refused(Code::Forbidden);
    partner.owner.delete(&path).await.done();
    partner.owner.delete(&path).await.refused(Code::NotFound);
    accept(&person, &second).await.refused(Code::InvalidToken);
}

async fn who_is_a_member_is_not_invited(market: Market) {
    let partner = market.partner().await;
    let members: Page<MemberView> = partner.owner.get(&partner.path("/members")).await.ok();
    assert_eq!(members.items.len(), 3);
    let path = partner.path("/members/invitations");
    let body = json!({"email": members.items[0].email, "role": "owner"});
    assert_eq!(partner.owner.send(&path, &body).await.refused(Code::AlreadyExists).extra["pointer"], "/email");
    let wrong = json!({"email": "kim", "role": "owner"});
    partner.owner.send(&path, &wrong).await.wrong_at(Code::InvalidInput, &[("/email", FieldCode::InvalidEmail)]);
    let wrong = json!({"email": "a@b.az", "role": "boss"});
    partner.owner.send(&path, &wrong).await.wrong_at(Code::InvalidInput, &[("/role", FieldCode::UnknownValue)]);
}

/// Until the ministry has let a partner in, its name would come into strangers' mails unread.
async fn only_active_partners_invite(market: Market) {
    let (person, made) = super::applied(&market).await;
    let path = format!("/partners/{}/members/invitations", made.slug);
    let body = json!({"email": "kim@test.az", "role": "editor"});
    person.caller.send(&path, &body).await.refused(Code::PartnerNotActive);
}

async fn an_invitation_ends_after_a_week(kind: Kind) {
    let now = Market::open(Place::new(kind).await).await;
    let person = now.signed_up(Role::Learner).await;
    let partner = now.partner().await;
    let (_, token) = invite(&now, &partner, &person.email, MemberRole::Editor).await;
    now.server.stop();
    let Market { place, .. } = now;
    let place = std::sync::Arc::into_inner(place).expect("the only one");
    let ahead = (TimeDelta::days(7) + TimeDelta::minutes(1)).num_seconds().to_string();
    let later = Market::open(place.with("VM_TEST_CLOCK_OFFSET_SECONDS", ahead)).await;
    let tokens = people::sign_in(&later.anon(), &person.email, tests::PASSWORD).await;
    let caller = later.anon().bearer(&tokens.access_token);
    caller.send("/invitations/accept", &json!({"token": token})).await.refused(Code::InvalidToken);
    let open: Page<InvitationView> = later.admin().await.get(&partner.path("/members/invitations")).await.ok();
    assert!(open.items.is_empty());
}
