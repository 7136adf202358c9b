//! Texts that something happened to before they came here: letters that an encoding did not have became `?`, or what is
//! UTF-8 was read as a code page, or a spreadsheet's error stands in place of a text.

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

/// What happened to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The error of a formula: `#N/A`.
    SpreadsheetError,
    /// Read in another encoding than it was written in: `MÉ™lumat`.
    Mangled,
    /// Letters became question marks: `M??lliml?r`.
    LostLetters,
}

/// What is shown in place of a value by programs that speak English, Russian, Turkish and Azerbaijani.
const ERRORS: [&str; 42] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#EXTERNAL!",
    "#PYTHON!",
    "#ERROR!",
    "#GETTING_DATA",
    "#Н/Д",
    "#ССЫЛКА!",
    "#ЗНАЧ!",
    "#ИМЯ?",
    "#ДЕЛ/0!",
    "#ЧИСЛО!",
    "#ПУСТО!",
    "#ПЕРЕНОС!",
    "#ВЫЧИСЛ!",
    "#ПОЛЕ!",
    "#YOK",
    "#BAŞV!",
    "#DEĞER!",
    "#AD?",
    "#SAYI/0!",
    "#SAYI!",
    "#BOŞ!",
    "#TAŞMA!",
    "#YOXDUR",
    "#İSTİNAD!",
    "#DƏYƏR!",
    "#BÖL/0!",
    "#ƏDƏD!",
    "#RƏQƏM!",
];

/// What happened to a text, if anything did.
pub fn of(text: &str) -> Option<Damage> {
    if is_error(text) {
        Some(Damage::SpreadsheetError)
    } else if text.is_ascii() && !text.contains('?') {
        None
    } else if has_lost_letters(text) {
        Some(Damage::LostLetters)
    } else if text.split(char::is_whitespace).any(is_mangled) {
        Some(Damage::Mangled)
    } else {
        None
    }
}

/// Whether all of a text is a spreadsheet's error, or the signs of a column that is too narrow.
pub fn is_error(text: &str) -> bool {
    let text = text.trim();
    let narrow = text.len() >= 3 && text.bytes().all(|byte| byte == b'#');
    let office = text.strip_prefix("Err:").is_some_and(|n| n.len() == 3 && n.bytes().all(|b| b.is_ascii_digit()));
    narrow || office || text.starts_with('#') && ERRORS.contains(&text)
}

/// Whether question marks stand in place of letters: within a word, at its beginning, or in place of all.
fn has_lost_letters(text: &str) -> bool {
    let questions = text.contains('?') && !text.chars().any(char::is_alphanumeric);
    text.contains('\u{fffd}') || questions || text.split(char::is_whitespace).any(word_has_lost_letters)
}

fn word_has_lost_letters(word: &str) -> bool {
    // An address may have a query.
    if !word.contains('?') || word.contains(['/', '=', '@']) {
        return false;
    }
    // The last sign before the question marks, and how many of them there are.
    let (mut before, mut marks) = (None::<char>, 0);
    word.split('?').enumerate().any(|(index, part)| {
        let next = part.chars().next().filter(|_| index > 0);
        // A blank is missing after a question: `Hazırsan?Gəl`.
        let is_sentence = |before: char, next: char| marks == 1 && before.is_lowercase() && next.is_uppercase();
        let lost = next
            .filter(|next| next.is_alphabetic())
            .is_some_and(|next| before.is_none_or(|before| before.is_alphabetic() && !is_sentence(before, next)));
        marks = if part.is_empty() { marks + 1 } else { 1 };
        before = part.chars().last().or(before);
        lost
    })
}

/// Whether a word is UTF-8 that was read as a code page, or a code page that was read as another one.
fn is_mangled(word: &str) -> bool {
    if word.is_ascii() {
        return false;
    }
    // Letters of Icelandic, which stand at the places of `ğ`, `İ` and `ş`.
    if word.contains(['Ð', 'ð', 'Þ', 'þ', 'Ý']) && !word.contains('Đ') {
        return true;
    }
    // Cyrillic read as Latin: no language has so many accents in a row.
    let accents = |c: char| matches!(c, 'À'..='ÿ') && c != '×' && c != '÷';
    if word.split(|c| !accents(c)).any(|run| run.chars().count() >= 4) {
        return true;
    }
    let is_run = |c: char| !c.is_ascii() || c == '\u{a0}';
    let mut start = 0;
    while let Some(from) = word[start..].find(is_run).map(|at| start + at) {
        let to = word[from..].find(|c| !is_run(c)).map_or(word.len(), |at| from + at);
        if is_misread(&word[..from], &word[from..to], &word[to..]) {
            return true;
        }
        start = to;
    }
    false
}

/// Whether signs beyond ASCII are the bytes of UTF-8, one by one.
fn is_misread(before: &str, run: &str, after: &str) -> bool {
    let hidden = |encoding: &'static Encoding| {
        let (bytes, _, lossy) = encoding.encode(run);
        if lossy { None } else { std::str::from_utf8(&bytes).ok().map(str::to_owned) }
    };
    let within = after.starts_with(char::is_alphabetic) || before.ends_with(char::is_lowercase);
    let latin = [WINDOWS_1254, WINDOWS_1252].into_iter().find_map(hidden);
    // `CAFÉ™` is the name of a brand: one letter alone has to stand within a word.
    if latin.is_some_and(|text| within || text.chars().count() > 1 || !text.chars().all(char::is_alphabetic)) {
        return true;
    }
    let beside =
        before.ends_with(|c: char| c.is_ascii_alphabetic()) || after.starts_with(|c: char| c.is_ascii_alphabetic());
    // `Рё` may begin a name, and `В»` end a title; two letters in a row are no accident.
    hidden(WINDOWS_1251).is_some_and(|text| {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 2 || letters == 1 && beside || text.starts_with(['“', '”', '‘', '’', '–', '—', '…', '₼'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_told() {
        for (text, expected) in [
            ("#N/A", Damage::SpreadsheetError),
            (" #ИМЯ? ", Damage::SpreadsheetError),
            ("#####", Damage::SpreadsheetError),
            ("Err:502", Damage::SpreadsheetError),
            ("M??lliml?r ???n", Damage::LostLetters),
            ("Пакет для м??лим?в", Damage::LostLetters),
            ("?kinci kurs", Damage::LostLetters),
            ("????? ???", Damage::LostLetters),
            ("Paket \u{fffd}", Damage::LostLetters),
            ("MÉ™lumat paketi", Damage::Mangled),
            ("ailÉ™", Damage::Mangled),
            ("TÉ™hsil Ã¼Ã§Ã¼n", Damage::Mangled),
            ("DÉ™rs â€“ pulsuz", Damage::Mangled),
            ("ÐŸÐ°ÐºÐµÑ‚", Damage::Mangled),
            ("РџР°РєРµС‚", Damage::Mangled),
            ("MЙ™lumat", Damage::Mangled),
            ("вЂњPaketвЂќ", Damage::Mangled),
            ("Ïàêåò äëÿ ó÷èòåëåé", Damage::Mangled),
            ("Ýndirim þimdi", Damage::Mangled),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn good_texts_are_left_alone() {
        for text in [
            "Niyə bu paket? Çünki ucuzdur!",
            "Hazırsan?Gəl!",
            "Nə??",
            "Endirim (necə?) 50%",
            "https://example.az/?kod=1 və a.az/b?c",
            "#1 paket",
            "#EvdəQal!",
            "NESCAFÉ™ və Pokémon™",
            "Рёбра, Пётр и ООО «Группа В»",
            "Café Bakı’da 20°-də, №5",
            "Müəllimlər üçün – pulsuz…",
            "Öğretmenler için İndirim",
            "Газовая колонка «Ёлка»",
            "C# kursu: A/B?",
            "₼12 — ən ucuz",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
