//! One's own account: reading and changing.

use serde_json::json;
use shared::{
    Code, FieldCode, Lang,
    account::{Me, Role},
};
use tests::{Market, PASSWORD, on_both, people};

on_both!(name_and_language_change, what_is_not_ones_own_to_change_stays, a_new_password_needs_the_old_one);

async fn name_and_language_change(market: Market) {
    let person = people::register(&market.anon(), Role::Learner).await;
    let me: Me = person.caller.patch("/me", &json!({"name": "Ləman", "lang": "ru"})).await.ok();
    assert_eq!((me.name.as_str(), me.lang), ("Ləman", Lang::Ru));
    let same: Me = person.caller.patch("/me", &json!({})).await.ok();
    assert_eq!((same.name.as_str(), same.lang), ("Ləman", Lang::Ru), "what is left out stays");
    let wrong = person.caller.patch("/me", &json!({"name": "x".repeat(121), "lang": "de"})).await;
    assert_eq!(wrong.refused(Code::InvalidInput).errors[0].pointer, "/lang");
}

async fn what_is_not_ones_own_to_change_stays(market: Market) {
    let person = people::register(&market.anon(), Role::Educator).await;
    for (field, value) in [
        ("role", json!("admin")),
        ("role_verified", json!(true)),
        ("email_verified", json!(true)),
        ("email", json!("other@test.az")),
        ("id", json!("0190163d-8694-739b-aea5-966c26f8ad91")),
    ] {
        let answer = person.caller.patch("/me", &json!({field: value})).await;
        answer.wrong_at(Code::InvalidInput, &[(&format!("/{field}"), FieldCode::UnknownField)]);
    }
    let me: Me = person.caller.get("/me").await.ok();
    assert_eq!((me.role, me.role_verified, me.email_verified), (Role::Educator, false, false));
}

async fn a_new_password_needs_the_old_one(market: Market) {
    let anon = market.anon();
    let person = people::register(&anon, Role::Learner).await;
    let other = anon.clone().bearer(&people::sign_in(&anon, &person.email, PASSWORD).await.access_token);
    let change = |body| person.caller.patch("/me", &body);
    let new = "bir-gözəl-gün-21";
    change(json!({"new_password": new}))
        .await
        .wrong_at(Code::InvalidInput, &[("/current_password", FieldCode::Required)]);
    change(json!({"new_password": new, "current_password": "not-this-one"}))
        .await
        .wrong_at(Code::InvalidInput, &[("/current_password", FieldCode::WrongPassword)]);
    change(json!({"new_password": new, "current_password": PASSWORD})).await.status(200);
    person.caller.get("/me").await.status(200);
    other.get("/me").await.refused(Code::SessionEnded);
    people::sign_in(&anon, &person.email, new).await;
}
