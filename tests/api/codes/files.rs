//! Pools as people and spreadsheets save them, byte for byte: read as tables of offers are.

use serde_json::json;
use shared::{
    Code, Lang,
    import::{FileCode, ImportFailure},
    pool::{CodeFault, CodeProblem, CodesAdded},
};
use tests::{Answer, Market, Partner, on_both};

use super::{path, pool};

on_both!(
    codes_are_read_as_they_were_meant,
    one_column_of_several_is_the_codes,
    lines_that_are_no_codes_are_named,
    files_that_cannot_be_read_are_refused_by_name,
    a_charset_that_is_named_is_used,
);

/// Sends a file for a new pool; answers where the pool is, too.
async fn sent(market: &Market, partner: &Partner, query: &str, file: &[u8]) -> (String, Answer) {
    let offer = pool().draft_at(market, &partner.slug).await;
    let path = path(partner, offer.id);
    let ask = partner.editor.clone().speaking(Lang::En).post(&format!("{path}{query}"));
    let answer = ask.header("content-type", "text/csv").body(file.to_vec()).await;
    (path, answer)
}

/// Sends a file, of which exactly these codes have to be in the pool then.
async fn read(market: &Market, file: &[u8], codes: &[&str]) {
    let partner = market.partner().await;
    let (path, answer) = sent(market, &partner, "", file).await;
    assert_eq!(answer.ok::<CodesAdded>().added as usize, codes.len(), "{codes:?}");
    let again = partner.editor.send(&format!("{path}?on_error=skip_rows"), &json!({"codes": codes})).await;
    let again: CodesAdded = again.ok();
    let known = again.problems.iter().filter(|problem| problem.fault == CodeFault::DuplicateInOffer).count();
    assert_eq!((again.added, known), (0, codes.len()), "exactly these are there: {codes:?}");
}

async fn codes_are_read_as_they_were_meant(market: Market) {
    for (file, codes) in [
        (include_bytes!("fixtures/d08-pool-wrapped.csv").as_slice(), ["00123", "00999", "A\"B-1"].as_slice()),
        (include_bytes!("fixtures/d09-pool-sep.csv"), &["SEP-1"]),
        (include_bytes!("fixtures/d09-pool-heading.csv"), &["KK-0001"]),
        (include_bytes!("fixtures/d09-pool-utf16.csv"), &["UT-0001"]),
        (include_bytes!("fixtures/d09-pool-cp1251.csv"), &["КД-0001"]),
        (include_bytes!("fixtures/own-kupon-cp1254.csv"), &["KK-1"]),
    ] {
        read(&market, file, codes).await;
    }
}

async fn one_column_of_several_is_the_codes(market: Market) {
    for (file, codes) in [
        (include_bytes!("fixtures/d06-pool-two-columns.csv").as_slice(), ["AB-0001", "AB-0002"].as_slice()),
        (include_bytes!("fixtures/own-tab-columns-utf16.csv"), &["TAB-1", "TAB-2"]),
        (include_bytes!("fixtures/own-comma-quoted.csv"), &["Q-1", "Q-2"]),
        (include_bytes!("fixtures/own-wrapped-by-excel.csv"), &["00123", "00124"]),
    ] {
        read(&market, file, codes).await;
    }
}

async fn lines_that_are_no_codes_are_named(market: Market) {
    use CodeFault::{BrokenLine, InvalidCharacters, SeveralCells, ShortenedNumber, SpreadsheetError};
    for (file, added, faults) in [
        (
            include_bytes!("fixtures/d07-pool-shortened.csv").as_slice(),
            0,
            [(2, ShortenedNumber), (3, ShortenedNumber)].as_slice(),
        ),
        (
            include_bytes!("fixtures/own-errors.csv"),
            1,
            &[(2, SpreadsheetError), (3, SpreadsheetError), (4, SpreadsheetError)],
        ),
        (include_bytes!("fixtures/own-headless-two-columns.csv"), 0, &[(1, SeveralCells), (2, SeveralCells)]),
        (include_bytes!("fixtures/own-code-and-date-under-one-heading.csv"), 1, &[(2, SeveralCells)]),
        (include_bytes!("fixtures/own-lost.csv"), 0, &[(2, InvalidCharacters)]),
        (b"code\r\nA-1\r\n\"A-2\"x\r\nA-3\r\n", 2, &[(3, BrokenLine)]),
    ] {
        let partner = market.partner().await;
        let (path, answer) = sent(&market, &partner, "", file).await;
        let problem = answer.refused_in(Code::CodesRefused, Lang::En);
        let problems: Vec<CodeProblem> = serde_json::from_value(problem.extra["problems"].clone()).unwrap();
        assert_eq!(problems.iter().map(|p| (p.line, p.fault)).collect::<Vec<_>>(), faults);
        assert!(problems.iter().all(|p| p.message == p.fault.message(Lang::En)));
        let ask = partner.editor.post(&format!("{path}?on_error=skip_rows")).header("content-type", "text/csv");
        assert_eq!(ask.body(file.to_vec()).await.ok::<CodesAdded>().added, added);
    }
}

async fn files_that_cannot_be_read_are_refused_by_name(market: Market) {
    for (file, code, name) in [
        (include_bytes!("fixtures/own-xlsx.csv").as_slice(), FileCode::UnsupportedEncoding, "Excel .xlsx / ZIP"),
        (include_bytes!("fixtures/own-maccyrillic.csv"), FileCode::UnsupportedEncoding, "MacCyrillic"),
        (include_bytes!("fixtures/own-two-code-columns.csv"), FileCode::DuplicateColumn, "promokod"),
    ] {
        let partner = market.partner().await;
        let (_, answer) = sent(&market, &partner, "", file).await;
        let problem = answer.refused_in(Code::MalformedRequest, Lang::En);
        let failure: ImportFailure = serde_json::from_value(problem.extra["failure"].clone()).unwrap();
        assert_eq!((failure.code, failure.name.as_deref()), (code, Some(name)));
        assert!(failure.message.contains(name) && failure.remedy == code.remedy(Lang::En), "{failure:?}");
    }
}

async fn a_charset_that_is_named_is_used(market: Market) {
    let partner = market.partner().await;
    let offer = pool().draft_at(&market, &partner.slug).await;
    let path = path(&partner, offer.id);
    let ask = partner.editor.post(&path).header("content-type", "text/csv; charset=windows-1251");
    ask.body(b"\xcf-1\r\n".to_vec()).await.ok::<CodesAdded>();
    let again = partner.editor.send(&format!("{path}?on_error=skip_rows"), &json!({"codes": ["П-1"]})).await;
    assert_eq!(again.ok::<CodesAdded>().problems[0].fault, CodeFault::DuplicateInOffer);
}
