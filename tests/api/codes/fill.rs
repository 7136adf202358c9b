//! `POST GET DELETE …/offers/{id}/codes`: what is taken, what is refused and named.

use serde_json::json;
use shared::{
    Code, FieldCode, Lang,
    offer::{OfferState, PartnerOffer},
    partner::{KeyMode, Scope},
    pool::{CodeFault, CodePool, CodeProblem, CodeStock, CodesAdded, CodesRemoved, StockLevel},
};
use tests::{Market, Offer, on_both};

use super::{fill, path, pool, upload};

on_both!(
    codes_come_as_text_as_a_table_and_as_a_list,
    codes_that_are_there_already_are_named,
    good_codes_are_taken_if_that_is_asked_for,
    what_is_no_upload_of_codes_is_refused,
    free_codes_are_listed_masked_and_can_be_taken_out,
    one_unit_is_one_code,
    a_removed_offer_leaves_its_codes,
    two_uploads_at_once_take_no_code_twice,
    a_key_needs_the_scope,
);

fn stock(total: u32, left: u32) -> CodeStock {
    CodeStock::new(total, left, left)
}

async fn codes_come_as_text_as_a_table_and_as_a_list(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    assert_eq!(offer.codes, Some(CodeStock::new(0, 0, 0)));
    let path = path(&partner, offer.id);
    let added: CodesAdded = upload(&partner.editor, &path, "\u{feff}Kod\r\nTEXT-1\r\n\r\nTEXT 2\r\n").await.ok();
    assert_eq!((added.added, added.refused, added.stock), (2, 0, stock(2, 2)));
    let table =
        partner.program.post(&path).header("content-type", "text/csv; charset=utf-8").body("\"code\";\n\"CSV-1\";\n");
    assert_eq!(table.await.ok::<CodesAdded>().stock, stock(3, 3));
    let list = partner.owner.send(&path, &json!({"codes": ["LIST-1", " LIST-2 "]})).await;
    assert_eq!(list.ok::<CodesAdded>().stock, stock(5, 5));
    let seen: PartnerOffer = partner.editor.get(&partner.path(&format!("/offers/{}", offer.id))).await.ok();
    assert_eq!((seen.codes, seen.version), (Some(stock(5, 5)), offer.version));
    let listed: shared::offer::ManagedOffers = partner.editor.get(&partner.path("/offers")).await.ok();
    assert_eq!(listed.items[0].codes, Some(stock(5, 5)));
}

async fn codes_that_are_there_already_are_named(market: Market) {
    let partner = market.partner().await;
    let (here, elsewhere) =
        (pool().draft_at(&market, &partner.slug).await, pool().draft_at(&market, &partner.slug).await);
    fill(&partner, elsewhere.id, "ELSE", 1).await;
    fill(&partner, here.id, "HERE", 1).await;
    let text = "NEW-1\nHERE-00000\nNEW-1\n\nELSE-00000\nbad\u{200b}code\nNEW-2";
    let before: CodePool = partner.editor.get(&path(&partner, here.id)).await.ok();
    let answer = upload(&partner.editor.clone().speaking(Lang::En), &path(&partner, here.id), text).await;
    let problem = answer.refused_in(Code::CodesRefused, Lang::En);
    let problems: Vec<CodeProblem> = serde_json::from_value(problem.extra["problems"].clone()).unwrap();
    let named: Vec<_> = problems.iter().map(|p| (p.line, p.code.as_str(), p.fault, p.first_line, p.offer_id)).collect();
    assert_eq!(
        named,
        [
            (2, "HERE-00000", CodeFault::DuplicateInOffer, None, None),
            (3, "NEW-1", CodeFault::DuplicateInFile, Some(1), None),
            (5, "ELSE-00000", CodeFault::DuplicateElsewhere, None, Some(elsewhere.id)),
            (6, "badcode", CodeFault::InvalidCharacters, None, None),
        ]
    );
    assert!(problems.iter().all(|p| p.message == p.fault.message(Lang::En)));
    assert_eq!(problem.extra["refused"], json!(4));
    assert_eq!(partner.editor.get(&path(&partner, here.id)).await.ok::<CodePool>(), before, "none was taken");
    // Another partner may have the same codes.
    let other = market.partner().await;
    let theirs = pool().draft_at(&market, &other.slug).await;
    fill(&other, theirs.id, "HERE", 1).await;
}

async fn good_codes_are_taken_if_that_is_asked_for(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    let path = format!("{}?on_error=skip_rows", path(&partner, offer.id));
    let mut lines: Vec<String> = (0..150).map(|n| format!("G{n}")).collect();
    lines.extend((0..150).map(|n| format!("G{n}")));
    let added: CodesAdded = upload(&partner.editor, &path, &lines.join("\n")).await.ok();
    assert_eq!((added.added, added.refused, added.problems.len()), (150, 150, 100));
    assert_eq!((added.problems[0].line, added.problems[0].first_line), (151, Some(1)));
    let again: CodesAdded = upload(&partner.editor, &path, &lines.join("\n")).await.ok();
    assert_eq!((again.added, again.refused, again.stock), (0, 300, stock(150, 150)));
}

async fn what_is_no_upload_of_codes_is_refused(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    let path = path(&partner, offer.id);
    upload(&partner.editor, &path, "code\n\n").await.wrong_at(Code::InvalidInput, &[("/codes", FieldCode::Required)]);
    let empty = partner.editor.send(&path, &json!({"codes": []})).await;
    empty.wrong_at(Code::InvalidInput, &[("/codes", FieldCode::OutOfRange)]);
    let many: Vec<String> = (0..50_001).map(|n| format!("{n}")).collect();
    let too_many = upload(&partner.editor, &path, &many.join("\n")).await;
    too_many.wrong_at(Code::InvalidInput, &[("/codes", FieldCode::OutOfRange)]);
    upload(&partner.editor, &path, &"x".repeat(1024 * 1024 + 1)).await.refused(Code::PayloadTooLarge);
    let latin = partner.editor.post(&path).header("content-type", "text/plain").body(b"A\xff\xfe".to_vec()).await;
    latin.refused(Code::MalformedRequest);
    for media in ["application/pdf", "text/csv; charset=koi8-r"] {
        let strange = partner.editor.post(&path).header("content-type", media).body("A").await;
        strange.refused(Code::UnsupportedMediaType);
    }
    upload(&partner.editor, &format!("{path}?on_error=some"), "A").await.refused(Code::InvalidQuery);
    let made = Offer::once().draft_at(&market, &partner.slug).await;
    upload(&partner.editor, &super::path(&partner, made.id), "A").await.refused(Code::NoCodePool);
    let over = pool().in_state_at(&market, &partner.slug, OfferState::Ended).await;
    upload(&partner.editor, &super::path(&partner, over.id), "A").await.refused(Code::StateConflict);
    let other = market.partner().await;
    upload(&other.editor, &super::path(&other, offer.id), "A").await.refused(Code::NotFound);
    other.editor.get(&super::path(&other, offer.id)).await.refused(Code::NotFound);
    other.editor.delete(&super::path(&other, offer.id)).await.refused(Code::NotFound);
    assert_eq!(partner.editor.get(&path).await.ok::<CodePool>().stock, stock(0, 0));
}

async fn free_codes_are_listed_masked_and_can_be_taken_out(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    let path = path(&partner, offer.id);
    let codes = fill(&partner, offer.id, "SECRET", 5).await;
    let first = partner.editor.get(&format!("{path}?limit=3")).await.status(200);
    assert!(codes.iter().all(|code| !first.text().contains(code.as_str())), "{}", first.text());
    let first: CodePool = first.json();
    assert_eq!(first.items.iter().map(|c| c.position).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(first.items[0].masked, "SE••••••••00");
    let rest: CodePool =
        partner.editor.get(&format!("{path}?limit=3&cursor={}", first.next_cursor.unwrap())).await.ok();
    assert_eq!((rest.items.len(), rest.next_cursor), (2, None));
    partner.editor.get(&format!("{path}?cursor=eA")).await.refused(Code::InvalidCursor);
    let removed: CodesRemoved = partner.editor.delete(&path).await.ok();
    assert_eq!((removed.removed, removed.stock.left, removed.stock.level), (5, 0, Some(StockLevel::Empty)));
    assert_eq!(partner.editor.get(&path).await.ok::<CodePool>().items, []);
    // What was taken out can be used again, also elsewhere.
    let other = pool().draft_at(&market, &partner.slug).await;
    fill(&partner, other.id, "SECRET", 5).await;
    fill(&partner, offer.id, "NEXT", 2).await;
    assert_eq!(partner.editor.get(&path).await.ok::<CodePool>().stock, stock(2, 2));
}

async fn one_unit_is_one_code(market: Market) {
    let partner = market.partner().await;
    let two = pool().with(|o| o.max_quantity = 2);
    let answer = partner.editor.send(&partner.path("/offers"), &two.0).await;
    answer.wrong_at(Code::InvalidInput, &[("/max_quantity", FieldCode::OutOfRange)]);
}

async fn a_removed_offer_leaves_its_codes(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    fill(&partner, offer.id, "LEFT", 3).await;
    let here = partner.path(&format!("/offers/{}", offer.id));
    partner.editor.delete(&here).header("if-match", "*").await.done();
    let next = pool().draft_at(&market, &partner.slug).await;
    fill(&partner, next.id, "LEFT", 3).await;
}

async fn two_uploads_at_once_take_no_code_twice(market: Market) {
    let partner = market.partner().await;
    let offers = [pool().draft_at(&market, &partner.slug).await, pool().draft_at(&market, &partner.slug).await];
    let codes = (0..400).map(|n| format!("RACE-{n}")).collect::<Vec<_>>().join("\n");
    let uploads = (0..6).map(|n| {
        let path = format!("{}?on_error=skip_rows", path(&partner, offers[n % 2].id));
        let (editor, codes) = (&partner.editor, &codes);
        async move { upload(editor, &path, codes).await.ok::<CodesAdded>() }
    });
    let answers = futures_util::future::join_all(uploads).await;
    assert_eq!(answers.iter().map(|a| a.added).sum::<u32>(), 400, "{answers:?}");
    assert!(answers.iter().all(|a| a.added + a.refused == 400));
    market.place.db().await.check_ledger().await;
}

async fn a_key_needs_the_scope(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    let reader = market.program(&partner, KeyMode::Live, &[Scope::OffersRead]).await;
    reader.get(&path(&partner, offer.id)).await.status(200);
    let problem = upload(&reader, &path(&partner, offer.id), "A").await.refused(Code::Forbidden);
    assert_eq!(problem.extra["scope"], json!("offers:write"));
}
