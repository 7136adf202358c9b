//! `POST /redemptions/check`: valid or why not, never a name.

use serde_json::{Value, json};
use shared::{
    Code, FieldCode,
    claim::ClaimState,
    redemption::{CheckedCode, NotRedeemable},
};
use tests::{Market, on_both};

use super::{checked, claimed, done, expire, shop, till};

on_both!(
    a_good_code_says_what_it_is_worth,
    a_bad_one_says_why,
    others_codes_are_unknown,
    it_is_read_as_people_type_it,
    it_is_read_from_another_keyboard,
    nothing_says_whose_it_is,
    a_body_is_checked,
);

async fn a_good_code_says_what_it_is_worth(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 3).await;
    for at in [&partner.cashier, &partner.editor, &partner.owner, &partner.program] {
        let answer: CheckedCode = checked(at, claim.code).await;
        assert_eq!((answer.valid, answer.reason, answer.state), (true, None, Some(ClaimState::Active)));
        assert_eq!((answer.quantity, answer.left), (Some(3), Some(3)));
        assert_eq!(answer.expires_at, claim.expires_at);
        let shown = answer.offer.expect("an offer");
        assert_eq!((shown.id, shown.kind, &shown.title), (offer.id, offer.offer.kind, &offer.offer.title));
    }
    done(&partner.cashier, "confirm", json!({"code": claim.code, "quantity": 1})).await;
    let answer = checked(&partner.cashier, claim.code).await;
    assert_eq!((answer.valid, answer.quantity, answer.left), (true, Some(3), Some(2)));
    assert!(answer.redeemed_at.is_some());
}

async fn a_bad_one_says_why(market: Market) {
    let (partner, offer) = shop(&market).await;
    let why = |answer: CheckedCode| {
        assert!(!answer.valid && answer.left.is_none_or(|left| left == 0), "{answer:?}");
        answer.reason.expect("a reason")
    };
    let (_, used) = claimed(&market, &offer, 1).await;
    done(&partner.cashier, "confirm", json!({"code": used.code})).await;
    assert_eq!(why(checked(&partner.cashier, used.code).await), NotRedeemable::Redeemed);

    let (person, given) = claimed(&market, &offer, 1).await;
    person.post(&format!("/claims/{}/cancel", given.id)).await.status(200);
    assert_eq!(why(checked(&partner.cashier, given.code).await), NotRedeemable::Cancelled);

    let (_, late) = claimed(&market, &offer, 1).await;
    expire(&market, &late).await;
    assert_eq!(why(checked(&partner.cashier, late.code).await), NotRedeemable::Expired);

    let (_, held) = claimed(&market, &offer, 1).await;
    done(&partner.cashier, "hold", json!({"code": held.code})).await;
    assert_eq!(why(checked(&partner.program, held.code).await), NotRedeemable::Held);

    assert_eq!(why(checked(&partner.cashier, "2222-2222-2222").await), NotRedeemable::Unknown);
    assert_eq!(why(checked(&partner.cashier, "2222-2222-2223").await), NotRedeemable::Mistyped);
    assert_eq!(why(checked(&partner.cashier, "nonsense").await), NotRedeemable::Mistyped);
}

async fn others_codes_are_unknown(market: Market) {
    let (_, offer) = shop(&market).await;
    let (other, _) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    for stranger in [&other.cashier, &other.program, &other.sandbox] {
        let answer = till(stranger, "check", json!({"code": claim.code})).await;
        let unknown = till(stranger, "check", json!({"code": "2222-2222-2222"})).await;
        assert_eq!(answer.json::<CheckedCode>().reason, Some(NotRedeemable::Unknown));
        assert_eq!(answer.body, unknown.body, "nobody learns that there is such a code");
        for what in ["hold", "confirm"] {
            till(stranger, what, json!({"code": claim.code})).await.refused(Code::NotFound);
        }
    }
}

async fn it_is_read_as_people_type_it(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let code = claim.code.to_string();
    for typed in [code.to_lowercase(), code.replace('-', " "), claim.code.as_str().to_owned(), format!("\t{code} \n")] {
        assert!(checked(&partner.cashier, &typed).await.valid, "{typed:?}");
    }
    let russian: String =
        code.chars().map(|c| "ABCEHKMPTXY".find(c).map_or(c, |at| "АВСЕНКМРТХУ".chars().nth(at).unwrap())).collect();
    assert!(checked(&partner.cashier, &russian).await.valid, "{russian:?}");
}

/// The letters of a Latin keyboard, and what the same keys write on a Russian one (ЙЦУКЕН).
const LATIN: &str = "QWERTYUIOPASDFGHJKLZXCVBNM";
const RUSSIAN: &str = "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ";

fn on_keyboard(code: &str, layout: &str) -> String {
    let key = |c: char| LATIN.find(c).and_then(|at| layout.chars().nth(at)).unwrap_or(c);
    code.chars().map(key).collect()
}

async fn it_is_read_from_another_keyboard(market: Market) {
    let (partner, offer) = shop(&market).await;
    for _ in 0..10 {
        let (_, claim) = claimed(&market, &offer, 1).await;
        let (code, plain) = (claim.code.to_string(), claim.code.as_str());
        let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c };
        let mut typed = vec![
            on_keyboard(&code, RUSSIAN),
            on_keyboard(&code, RUSSIAN).to_lowercase(),
            format!("{}{}", on_keyboard(&code[..5], RUSSIAN), &code[5..]),
            // On an Azerbaijani keyboard Ü stands where W does.
            code.replace('W', "Ü"),
            code.replace('W', "ü").to_lowercase(),
            code.chars().map(wide).collect(),
            code.to_lowercase().chars().map(wide).collect(),
            format!("\u{200e}{code}\u{200f}"),
            format!("\u{feff}{}\u{200b}", plain),
        ];
        typed.extend(
            ["\u{2011}", "\u{2212}", "\u{200b}", ".", "_", " - ", "\u{ad}", "\u{a0}", "/"]
                .map(|s| code.replace('-', s)),
        );
        for typed in typed {
            let seen = checked(&partner.cashier, &typed).await;
            assert!(seen.valid, "{typed:?} for {code}: {seen:?}");
        }
    }
}

async fn nothing_says_whose_it_is(market: Market) {
    let (partner, offer) = shop(&market).await;
    let (person, claim) = claimed(&market, &offer, 2).await;
    let me: Value = person.get("/me").await.ok();
    let mut said = till(&partner.cashier, "check", json!({"code": claim.code})).await.text().to_owned();
    let hold = till(&partner.cashier, "hold", json!({"code": claim.code})).await;
    said += hold.text();
    let id = hold.json::<Value>()["id"].clone();
    said += till(&partner.cashier, "confirm", json!({"redemption_id": id})).await.text();
    said += partner.cashier.get("/redemptions").await.text();
    for secret in ["id", "email", "name"] {
        let secret = me[secret].as_str().expect("a text");
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    assert!(!said.contains(claim.code.as_str()) && !said.contains(&claim.code.to_string()), "{said}");
    let db = market.place.db().await;
    let claim = claim.id;
    let told = db.texts(&format!("SELECT CAST(data AS TEXT) FROM events WHERE subject = {}", db.id(claim.0))).await;
    let email = me["email"].as_str().expect("a text");
    assert!(told.iter().all(|told| !told.contains(email)), "{told:?}");
}

async fn a_body_is_checked(market: Market) {
    let (partner, _) = shop(&market).await;
    for (body, place, code) in [
        (json!({}), "/code", FieldCode::Required),
        (json!({"code": ""}), "/code", FieldCode::Required),
        (json!({"code": "A".repeat(65)}), "/code", FieldCode::TooLong),
        (json!({"code": 5}), "/code", FieldCode::WrongType),
        (json!({"code": "A", "name": "x"}), "/name", FieldCode::UnknownField),
    ] {
        till(&partner.cashier, "check", body).await.wrong_at(Code::InvalidInput, &[(place, code)]);
    }
    // Somebody who works for several says for which one.
    let (other, offer) = shop(&market).await;
    let db = market.place.db().await;
    let me: shared::account::Me = partner.cashier.get("/me").await.ok();
    db.run(&format!(
        "INSERT INTO members (partner_id, user_id, role, created_at) VALUES ({}, {}, 'cashier', 0)",
        db.id(other.id.0),
        db.id(me.id.0)
    ))
    .await;
    let (_, claim) = claimed(&market, &offer, 1).await;
    let ask = |partner: Option<&str>| json!({"code": claim.code, "partner": partner});
    till(&partner.cashier, "check", ask(None)).await.wrong_at(Code::InvalidInput, &[("/partner", FieldCode::Required)]);
    let there: CheckedCode = till(&partner.cashier, "check", ask(Some(&other.slug))).await.ok();
    let here: CheckedCode = till(&partner.cashier, "check", ask(Some(&partner.slug))).await.ok();
    assert_eq!((there.valid, here.reason), (true, Some(NotRedeemable::Unknown)));
    till(&partner.cashier, "check", ask(Some("azercell"))).await.refused(Code::Forbidden);
    till(&partner.program, "check", ask(Some(&other.slug))).await.refused(Code::Forbidden);
}
