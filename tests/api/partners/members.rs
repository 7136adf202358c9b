//! Who works for a partner, and that somebody always owns it.

use serde_json::json;
use shared::{
    Code, Page, UserId,
    account::{Me, Role},
    partner::{ApiKeyView, InvitationView, MadeApiKey, MemberRole, MemberView, PartnerState},
};
use tests::{Caller, Market, PASSWORD, Partner, Person, mail::Mail, on_both};

on_both!(
    roles_change_and_people_leave,
    the_last_owner_stays,
    of_two_owners_who_leave_at_once_one_stays,
    an_account_that_owns_a_partner_alone_is_not_deleted,
    an_application_is_withdrawn_with_its_account,
    what_a_former_owner_began_ends,
    an_invitation_holds_as_long_as_its_sender_may_invite,
);

async fn id(caller: &Caller) -> UserId {
    caller.get("/me").await.ok::<Me>().id
}

fn path(partner: &Partner, user: UserId) -> String {
    partner.path(&format!("/members/{user}"))
}

async fn roles_change_and_people_leave(market: Market) {
    let partner = market.partner().await;
    let (editor, cashier) = (id(&partner.editor).await, id(&partner.cashier).await);
    partner.cashier.get(&partner.path("/offers")).await.refused(Code::Forbidden);
    let raised: MemberView = partner.owner.patch(&path(&partner, cashier), &json!({"role": "editor"})).await.ok();
    assert_eq!(raised.role, MemberRole::Editor);
    partner.cashier.get(&partner.path("/offers")).await.status(200);

    // An editor removes nobody but may leave.
    let problem = partner.editor.delete(&path(&partner, cashier)).await.refused(Code::Forbidden);
    assert_eq!(problem.extra["role"], "owner");
    partner.editor.delete(&path(&partner, editor)).await.done();
    partner.editor.get(&partner.path("/members")).await.refused(Code::Forbidden);
    partner.owner.delete(&path(&partner, cashier)).await.done();
    partner.owner.delete(&path(&partner, cashier)).await.refused(Code::NotFound);
    let left: Page<MemberView> = partner.owner.get(&partner.path("/members")).await.ok();
    assert_eq!(left.items.len(), 1);
}

async fn the_last_owner_stays(market: Market) {
    let partner = market.partner().await;
    let owner = id(&partner.owner).await;
    partner.owner.delete(&path(&partner, owner)).await.refused(Code::LastOwner);
    partner.owner.patch(&path(&partner, owner), &json!({"role": "editor"})).await.refused(Code::LastOwner);
    // Nor may the ministry leave it without one.
    market.admin().await.delete(&path(&partner, owner)).await.refused(Code::LastOwner);
    let editor = id(&partner.editor).await;
    partner.owner.patch(&path(&partner, editor), &json!({"role": "owner"})).await.status(200);
    partner.owner.patch(&path(&partner, owner), &json!({"role": "cashier"})).await.status(200);
    partner.owner.delete(&path(&partner, owner)).await.done();
}

async fn of_two_owners_who_leave_at_once_one_stays(market: Market) {
    for _ in 0..5 {
        let partner = market.partner().await;
        let (owner, editor) = (id(&partner.owner).await, id(&partner.editor).await);
        partner.owner.patch(&path(&partner, editor), &json!({"role": "owner"})).await.status(200);
        let (first, second) = (path(&partner, owner), path(&partner, editor));
        let (one, two) = tokio::join!(partner.owner.delete(&first).into_future(), async {
            partner.editor.patch(&second, &json!({"role": "editor"})).await
        });
        let mut refused: Vec<_> = [one, two].into_iter().filter(|answer| answer.status >= 300).collect();
        assert_eq!(refused.len(), 1);
        refused.remove(0).refused(Code::LastOwner);
        let owners: Page<MemberView> = market.admin().await.get(&partner.path("/members")).await.ok();
        assert_eq!(owners.items.iter().filter(|m| m.role == MemberRole::Owner).count(), 1);
    }
}

async fn an_account_that_owns_a_partner_alone_is_not_deleted(market: Market) {
    let (person, made) = super::applied(&market).await;
    market.admin().await.post(&format!("/admin/partners/{}/approve", made.id)).await.status(200);
    let delete = || person.caller.delete("/me").json(&json!({"current_password": PASSWORD}));
    let problem = delete().await.refused(Code::LastOwner);
    assert_eq!(problem.extra["partner"], made.slug.as_str());
    person.caller.get("/me").await.status(200);
    // With another owner it goes, and is a member no more.
    let other = market.signed_up(Role::Learner).await;
    let db = market.place.db().await;
    let (partner, user) = (db.id(made.id.0), db.id(other.id.0));
    db.run(&format!(
        "INSERT INTO members (partner_id, user_id, role, created_at) VALUES ({partner}, {user}, 'owner', 0)"
    ))
    .await;
    delete().await.done();
    let left: Page<MemberView> = other.caller.get(&format!("/partners/{}/members", made.slug)).await.ok();
    assert_eq!(left.items.iter().map(|m| m.user_id).collect::<Vec<_>>(), [other.id]);
}

async fn an_application_is_withdrawn_with_its_account(market: Market) {
    let (person, made) = super::applied(&market).await;
    person.caller.delete("/me").json(&json!({"current_password": PASSWORD})).await.done();
    let path = format!("/admin/partners/{}", made.id);
    let seen: shared::partner::AdminPartner = market.admin().await.get(&path).await.ok();
    assert_eq!((seen.profile.state, seen.owners.len()), (PartnerState::Refused, 0));
}

/// An owner who goes could otherwise come back through a friend, or through a key.
async fn what_a_former_owner_began_ends(market: Market) {
    for (way, leaves) in [("removed", true), ("demoted", false)] {
        let partner = market.partner().await;
        let former = market.join(&partner, MemberRole::Owner).await;
        let friend = market.signed_up(Role::Learner).await;
        let colleague = market.signed_up(Role::Learner).await;
        let invite = async |by: &Caller, email: &str, role: &str| {
            let body = json!({"email": email, "role": role, "lang": "en"});
            by.send(&partner.path("/members/invitations"), &body).await.status(201);
            Mail::newest(&market.place, email, "/invitation").await.token("/invitation").expect("a token")
        };
        let (of_former, of_owner) =
            (invite(&former, &friend.email, "owner").await, invite(&partner.owner, &colleague.email, "editor").await);
        let wanted = json!({"name": "Anbar proqramı", "mode": "live", "scopes": ["offers:read"]});
        let stays: MadeApiKey = former.send(&partner.path("/api-keys"), &wanted).await.created();

        let someone = path(&partner, id(&former).await);
        if leaves {
            partner.owner.delete(&someone).await.done();
        } else {
            partner.owner.patch(&someone, &json!({"role": "editor"})).await.status(200);
        }
        let accept = async |person: &Person, token: &str| {
            person.caller.send("/invitations/accept", &json!({"token": token})).await
        };
        accept(&friend, &of_former).await.refused(Code::InvalidToken);
        accept(&colleague, &of_owner).await.status(200);
        let open: Page<InvitationView> = partner.owner.get(&partner.path("/members/invitations")).await.ok();
        assert_eq!(open.items, [], "{way}");

        // Keys may be in programs that are needed: the owners are asked.
        let keys: Page<ApiKeyView> = partner.owner.get(&partner.path("/api-keys")).await.ok();
        let key = keys.items.iter().find(|key| key.id == stays.key.id).expect("the key");
        assert!(key.maker_left && !stays.key.maker_left, "{way}: {key:?}");
        let owner: Me = partner.owner.get("/me").await.ok();
        let mail = Mail::newest(&market.place, &owner.email, &format!("/console/{}/keys", partner.slug)).await;
        assert!(mail.text.contains("Anbar proqramı"), "{}", mail.text);
        let rotate = partner.path(&format!("/api-keys/{}/rotate", stays.key.id));
        let mine: MadeApiKey = partner.owner.send(&rotate, &json!({"grace_hours": 0})).await.created();
        assert!(!mine.key.maker_left, "{way}");
    }
}

/// An invitation that is sent while its sender is being removed.
async fn an_invitation_holds_as_long_as_its_sender_may_invite(market: Market) {
    let partner = market.partner().await;
    let former = market.join(&partner, MemberRole::Owner).await;
    let friend = market.signed_up(Role::Learner).await;
    let body = json!({"email": friend.email, "role": "owner", "lang": "en"});
    former.send(&partner.path("/members/invitations"), &body).await.status(201);
    let token = Mail::newest(&market.place, &friend.email, "/invitation").await.token("/invitation").expect("a token");
    let db = market.place.db().await;
    let (of, user) = (db.id(partner.id.0), db.id(id(&former).await.0));
    db.run(&format!("DELETE FROM members WHERE partner_id = {of} AND user_id = {user}")).await;
    friend.caller.send("/invitations/accept", &json!({"token": token})).await.refused(Code::InvalidToken);
}
