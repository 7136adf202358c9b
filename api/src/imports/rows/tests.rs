//! However a spreadsheet saves a table, its rows say the same; and no bytes whatever do harm.

use std::io::Cursor;

use encoding_rs::{UTF_8, WINDOWS_1251, WINDOWS_1254};
use proptest::prelude::*;
use shared::{
    import::{FileCode, ImportMode, RowCode},
    offer::OfferDraft,
};

use super::{Format, draft, open};

/// What a row comes to: its name, and the offer or the places and codes of what is wrong.
type Judged = (Option<String>, Result<OfferDraft, Vec<(String, RowCode)>>);

fn judged(format: Format, charset: Option<&str>, bytes: &[u8]) -> Result<Vec<Judged>, FileCode> {
    let rows = open(format, charset, Cursor::new(bytes)).map_err(|problem| problem.code)?;
    rows.map(|row| {
        let row = row.map_err(|problem| problem.code)?;
        let offer = draft(ImportMode::Upsert, &row, None)
            .map_err(|problems| problems.into_iter().map(|p| (p.pointer, p.code)).collect());
        Ok((row.external_id, offer))
    })
    .collect()
}

const HEAD: [&str; 9] =
    ["external_id", "kind", "area", "title.az", "audience", "unit", "period", "fulfilment", "description.az"];

/// A table whose texts need quotes; `q` is wrong, the others are right.
fn table(separator: &str, end: &str, text: &str) -> String {
    let quoted = |cell: &str| {
        if cell.contains(['"', '\n', ';', ',', '\t']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.into()
        }
    };
    let row = |id: &str, period: &str| {
        [
            id,
            "internet_package",
            "connectivity",
            text,
            "educator|learner",
            "package",
            period,
            "generated_code",
            "a; b,\n\"c\"\td",
        ]
        .map(quoted)
        .join(separator)
    };
    [HEAD.join(separator), row("p", "once"), row("q", "weekly"), row("r", "monthly"), String::new()].join(end)
}

fn utf_16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn every_dialect_of_tables_says_the_same() {
    let expected = judged(Format::Csv, None, table(";", "\r\n", "Məktəb paketi").as_bytes()).expect("a table");
    let [p, q, r] = &expected[..] else { panic!("three rows: {expected:?}") };
    assert!(p.1.is_ok() && r.1.is_ok(), "{expected:?}");
    assert_eq!(p.1.as_ref().ok().and_then(|o| o.description.as_ref()).map(|d| d.az.as_str()), Some("a; b,\n\"c\"\td"));
    assert_eq!(q.1, Err(vec![("/period".to_owned(), RowCode::UnknownValue)]));
    for separator in [";", ",", "\t"] {
        for end in ["\n", "\r\n"] {
            let text = table(separator, end, "Məktəb paketi");
            let blank = format!("{text}{end}{end}");
            let told = format!("sep={separator}{end}{text}");
            for form in [&text, &format!("\u{feff}{text}"), &blank, &told] {
                assert_eq!(judged(Format::Csv, None, form.as_bytes()).as_ref(), Ok(&expected), "{form:?}");
            }
            for big in [false, true] {
                assert_eq!(judged(Format::Csv, None, &utf_16(&text, big)).as_ref(), Ok(&expected), "UTF-16 {text:?}");
            }
        }
    }
}

#[test]
fn encodings_of_one_byte_are_read_or_named() {
    for (encoding, name, text) in
        [(WINDOWS_1251, "windows-1251", "Школьный пакет"), (WINDOWS_1254, "windows-1254", "Öğretmen paketi şimdi")]
    {
        let text = table(";", "\r\n", text);
        let expected = judged(Format::Csv, None, text.as_bytes()).expect("a table");
        let (bytes, _, lossy) = encoding.encode(&text);
        assert!(!lossy);
        assert_eq!(judged(Format::Csv, Some(name), &bytes).as_ref(), Ok(&expected), "{name} as said");
    }
    let text = table(";", "\n", "Paket");
    assert_eq!(judged(Format::Csv, Some("koi8-r"), text.as_bytes()), Err(FileCode::UnsupportedEncoding));
    assert!(judged(Format::Csv, Some(UTF_8.name()), text.as_bytes()).is_ok());
}

proptest! {
    /// Arbitrary bytes end, with rows whose lines never go back, and with no panic.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for format in [Format::Csv, Format::Json, Format::Ndjson] {
            let mut line = 0;
            for row in open(format, None, Cursor::new(&bytes[..])).into_iter().flatten() {
                let Ok(row) = row else { break };
                prop_assert!(row.line >= line && row.offset <= 4 * bytes.len() as u64);
                line = row.line;
                let _ = draft(ImportMode::Upsert, &row, None);
            }
        }
    }

    /// Neither do bytes that look like files.
    #[test]
    fn no_file_does_harm(text in r#"([{}\[\],:"\\;|\n\r\t =a-c0-9.ə-]|external_id|title\.az|"kind":|null|true|1E\+05){0,80}"#) {
        for format in [Format::Csv, Format::Json, Format::Ndjson] {
            for text in [text.clone(), format!("external_id;title.az;quota\n{text}"), format!("[{{\"external_id\": \"a\"}},{text}")] {
                for row in open(format, None, Cursor::new(text.as_bytes())).into_iter().flatten().flatten() {
                    let _ = draft(ImportMode::Patch, &row, None);
                }
            }
        }
    }
}
