//! Tables as people and spreadsheets save them, byte for byte: encodings, letters that were lost on the way, values that
//! are a spreadsheet's and not a person's.

use shared::{
    import::{FileCode, ImportFailure, ImportState, ImportView, RowCode},
    offer::PartnerOffer,
};
use tests::{Market, Partner, on_both};

use super::{counts, done, errors, offers, over, row, send};

on_both!(
    encodings_that_are_clear_are_read,
    encodings_that_are_not_read_are_refused_by_name,
    a_doubtful_encoding_is_refused_with_its_candidates,
    two_encodings_in_one_file_are_refused_with_the_line,
    lost_letters_overwrite_nothing,
    values_of_spreadsheets_and_mangled_letters_are_refused,
    the_same_is_refused_in_json,
    cells_left_out_at_the_end_are_blank,
    a_day_written_with_midnight_is_that_day,
);

/// Sends a table and waits until it is over.
async fn table(partner: &Partner, file: &[u8]) -> ImportView {
    over(partner, &send(&partner.program, partner, "", "text/csv", file).await.status(202).json()).await
}

/// Sends a table that is read, and finds its offers.
async fn read(market: &Market, file: &[u8]) -> std::collections::HashMap<String, PartnerOffer> {
    let partner = market.partner().await;
    let import = table(&partner, file).await;
    assert_eq!((import.state, import.counts.failed), (ImportState::Finished, 0), "{import:?}");
    offers(&partner).await
}

/// Sends a file that is refused as a whole.
async fn refused(market: &Market, file: &[u8]) -> ImportFailure {
    let partner = market.partner().await;
    let import = table(&partner, file).await;
    assert_eq!(offers(&partner).await.len(), 0, "nothing of it is there: {import:?}");
    import.failure.expect("it was refused")
}

async fn encodings_that_are_clear_are_read(market: Market) {
    for (file, name, title) in [
        (include_bytes!("fixtures/d01-cp1254.csv").as_slice(), "d01", "Tedris üçün paket"),
        (include_bytes!("fixtures/d01-cp1254-short.csv"), "d01s", "Üç ay"),
        (include_bytes!("fixtures/own-tr-cp1254.csv"), "k1", "Öğretmenler için indirimli bilgisayar"),
        (include_bytes!("fixtures/own-tr-cp1254-tab.csv"), "k2", "Şagirdler üçün yay dersleri"),
        (include_bytes!("fixtures/own-utf16le.csv"), "k1", "Müəllimlər üçün kurs"),
        (include_bytes!("fixtures/own-utf16be.csv"), "k1", "Müəllimlər üçün kurs"),
        (include_bytes!("fixtures/own-utf16le-no-mark.csv"), "k1", "Muellimler"),
    ] {
        assert_eq!(read(&market, file).await[name].offer.title.az, title);
    }
    for (file, name, title) in [
        (include_bytes!("fixtures/own-ru-cp1251.csv").as_slice(), "k1", "Курсы повышения квалификации для учителей"),
        (include_bytes!("fixtures/own-late-letters-cp1251.csv"), "z1", "Я и ты"),
    ] {
        assert_eq!(read(&market, file).await[name].offer.title.ru.as_deref(), Some(title));
    }
}

async fn encodings_that_are_not_read_are_refused_by_name(market: Market) {
    for (file, name) in [
        (include_bytes!("fixtures/d02-maccyrillic.csv").as_slice(), "MacCyrillic"),
        (include_bytes!("fixtures/d02-macturkish.csv"), "MacTurkish"),
        (include_bytes!("fixtures/own-ru-maccyrillic.csv"), "MacCyrillic"),
        (include_bytes!("fixtures/own-ru-koi8-r.csv"), "KOI8-R"),
        (include_bytes!("fixtures/own-ru-ibm866.csv"), "IBM866"),
        (include_bytes!("fixtures/own-ru-iso-8859-5.csv"), "ISO-8859-5"),
        (include_bytes!("fixtures/own-tr-macturkish.csv"), "MacTurkish"),
        (include_bytes!("fixtures/own-tr-ibm857.csv"), "IBM857"),
    ] {
        let failure = refused(&market, file).await;
        assert_eq!((failure.code, failure.name.as_deref()), (FileCode::UnsupportedEncoding, Some(name)));
        assert!(failure.message.contains(name), "{failure:?}");
    }
}

async fn a_doubtful_encoding_is_refused_with_its_candidates(market: Market) {
    let failure = refused(&market, include_bytes!("fixtures/own-doubtful.csv")).await;
    assert_eq!(failure.code, FileCode::DoubtfulEncoding);
    let candidates = failure.name.expect("the candidates");
    for reading in ["windows-1251: «зэц»", "windows-1254: «çıö»"] {
        assert!(candidates.contains(reading), "each with what it would read: {candidates}");
    }
    assert!(failure.message.contains(&candidates), "{}", failure.message);
}

async fn two_encodings_in_one_file_are_refused_with_the_line(market: Market) {
    let partner = market.partner().await;
    let import = table(&partner, include_bytes!("fixtures/own-mixed.csv")).await;
    let failure = import.failure.expect("it was refused");
    assert_eq!((failure.code, failure.line), (FileCode::MixedEncodings, Some(3)));
}

async fn lost_letters_overwrite_nothing(market: Market) {
    for (file, name) in [
        (include_bytes!("fixtures/d03-lost-letters-1254.csv").as_slice(), "d03"),
        (include_bytes!("fixtures/d03-lost-letters-1251.csv"), "d03r"),
    ] {
        let partner = market.partner().await;
        done(&partner, "", &[row(name, |_| {})]).await;
        let before = offers(&partner).await[name].offer.title.az.clone();
        let import = table(&partner, file).await;
        assert_eq!(import.counts, counts(0, 0, 0, 1), "{import:?}");
        let found = errors(&partner, &import).await;
        let told: Vec<_> = found.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(told, [("/title/az", RowCode::LostLetters)]);
        assert_eq!(offers(&partner).await[name].offer.title.az, before);
    }
}

async fn values_of_spreadsheets_and_mangled_letters_are_refused(market: Market) {
    for (file, code) in [
        (include_bytes!("fixtures/d04-error-na.csv").as_slice(), RowCode::SpreadsheetError),
        (include_bytes!("fixtures/d04-error-ref.csv"), RowCode::SpreadsheetError),
        (include_bytes!("fixtures/d04-error-ru.csv"), RowCode::SpreadsheetError),
        (include_bytes!("fixtures/d04-error-az.csv"), RowCode::SpreadsheetError),
        (include_bytes!("fixtures/d04-mojibake.csv"), RowCode::MangledText),
    ] {
        let partner = market.partner().await;
        let import = table(&partner, file).await;
        assert_eq!(import.counts, counts(0, 0, 0, 1), "{import:?}");
        let found = errors(&partner, &import).await;
        let told: Vec<_> = found.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(told, [("/title/az", code)]);
        assert!(!found[0].remedy.is_empty());
        assert_eq!(offers(&partner).await.len(), 0);
    }
}

async fn the_same_is_refused_in_json(market: Market) {
    let partner = market.partner().await;
    let titled =
        |name: &str, title: &str| row(name, |o| _ = o.insert("title".to_owned(), serde_json::json!({"az": title})));
    let sent = [
        titled("a", "#REF!"),
        titled("b", "MÉ™lumat paketi"),
        titled("c", "M??lliml?r ???n"),
        titled("d", "Niyə bu paket? Çünki ucuzdur!"),
        row("e", |o| _ = o["how_to_use"][0].as_object_mut().unwrap().insert("ru".to_owned(), "#Н/Д".into())),
        row("f", |o| _ = o.insert("quota".to_owned(), "#DIV/0!".into())),
    ];
    let import = done(&partner, "", &sent).await;
    assert_eq!(import.counts, counts(1, 0, 0, 5), "{import:?}");
    let found = errors(&partner, &import).await;
    let told: Vec<_> = found.iter().map(|e| (e.external_id.as_deref(), e.pointer.as_str(), e.code)).collect();
    assert_eq!(
        told,
        [
            (Some("a"), "/title/az", RowCode::SpreadsheetError),
            (Some("b"), "/title/az", RowCode::MangledText),
            (Some("c"), "/title/az", RowCode::LostLetters),
            (Some("e"), "/how_to_use/0/ru", RowCode::SpreadsheetError),
            (Some("f"), "/quota", RowCode::SpreadsheetError),
        ]
    );
}

async fn cells_left_out_at_the_end_are_blank(market: Market) {
    let there = read(&market, include_bytes!("fixtures/d05-missing-last-cells.csv")).await;
    let offer = &there["d05"].offer;
    assert_eq!((offer.title.az.as_str(), &offer.summary, &offer.description), ("Paket", &None, &None));
    // A cell too many is still a mistake: a text with a separator that is not in quotes.
    let partner = market.partner().await;
    let more = String::from_utf8_lossy(include_bytes!("fixtures/d05-missing-last-cells.csv"))
        .replace("10000,1", "10000,1,a,b,c");
    let import = table(&partner, more.as_bytes()).await;
    assert_eq!(errors(&partner, &import).await[0].code, RowCode::WrongNumberOfColumns);
}

async fn a_day_written_with_midnight_is_that_day(market: Market) {
    let file = String::from_utf8_lossy(include_bytes!("fixtures/d11-pandas-date.csv"));
    let end_of_the_31st = "2026-12-31T20:00:00Z".parse().ok();
    for written in ["2026-12-31 00:00:00", "2026-12-31T00:00:00", "2026-12-31", "31.12.2026 00:00:00"] {
        let there = read(&market, file.replace("2026-12-31 00:00:00", written).as_bytes()).await;
        assert_eq!(there["d11"].offer.ends_at, end_of_the_31st, "{written}");
    }
    // Who writes minutes by hand may mean the beginning of the day.
    for written in ["31.12.2026 00:00", "2026-12-31 0:00"] {
        let partner = market.partner().await;
        let import = table(&partner, file.replace("2026-12-31 00:00:00", written).as_bytes()).await;
        let found = errors(&partner, &import).await;
        let told: Vec<_> = found.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
        assert_eq!(told, [("/ends_at", RowCode::AmbiguousTime)], "{written}");
    }
}
