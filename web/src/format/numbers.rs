//! Numbers and amounts.

use leptos_i18n::td_string;
use shared::{Lang, Money};

use crate::language::locale;

/// No line break within a number.
const NBSP: char = '\u{a0}';

/// A whole number in groups of three: `30 000`, in English `30,000`.
pub fn number(n: u64, lang: Lang) -> String {
    let separator = match lang {
        Lang::En => ',',
        Lang::Az | Lang::Ru => NBSP,
    };
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A decimal number with `places` digits of `minor`, without zeros at its end if `short`.
fn decimal(minor: u64, places: u32, short: bool, lang: Lang) -> String {
    let unit = 10_u64.pow(places);
    let fraction = format!("{:0width$}", minor % unit, width = places as usize);
    let fraction = if short { fraction.trim_end_matches('0') } else { &fraction };
    let whole = number(minor / unit, lang);
    let point = if lang == Lang::En { '.' } else { ',' };
    if fraction.is_empty() { whole } else { format!("{whole}{point}{fraction}") }
}

/// An amount: `12,50 ₼`, in English `AZN 12.50`; without qəpik where there are none; "free" where it is nothing.
pub fn money(money: Money, lang: Lang) -> String {
    if money.is_free() {
        return td_string!(locale(lang), terms.free).to_owned();
    }
    let minor = money.amount_minor.unsigned_abs();
    let amount = if minor.is_multiple_of(100) { number(minor / 100, lang) } else { decimal(minor, 2, false, lang) };
    match lang {
        Lang::En => format!("AZN{NBSP}{amount}"),
        Lang::Az | Lang::Ru => format!("{amount}{NBSP}₼"),
    }
}

/// A yearly rate in hundredths of a per cent: 1250 is `12,5 %`.
pub fn rate(basis_points: u32, lang: Lang) -> String {
    percent_sign(&decimal(basis_points.into(), 2, true, lang), lang)
}

/// A share in whole per cent.
pub fn percent(part: u64, whole: u64, lang: Lang) -> String {
    percent_sign(&number((part * 100 + whole / 2).checked_div(whole).unwrap_or_default(), lang), lang)
}

fn percent_sign(number: &str, lang: Lang) -> String {
    match lang {
        Lang::Az | Lang::En => format!("{number}%"),
        Lang::Ru => format!("{number}{NBSP}%"),
    }
}

/// An amount of data in megabytes: `500 MB`, `10 GB`.
pub fn data(megabytes: u32, lang: Lang) -> String {
    let (mb, gb) = match lang {
        Lang::Ru => ("МБ", "ГБ"),
        Lang::Az | Lang::En => ("MB", "GB"),
    };
    if megabytes < 1000 {
        format!("{megabytes}{NBSP}{mb}")
    } else {
        format!("{}{NBSP}{gb}", decimal(megabytes.into(), 3, true, lang))
    }
}

/// The size of a file: `12 KB`, `1,5 MB`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Sizes of files are far below 2⁵³.
pub fn file_size(bytes: f64, lang: Lang) -> String {
    let (kb, mb) = match lang {
        Lang::Ru => ("КБ", "МБ"),
        Lang::Az | Lang::En => ("KB", "MB"),
    };
    if bytes < 1_000_000.0 {
        format!("{}{NBSP}{kb}", number((bytes / 1000.0).ceil() as u64, lang))
    } else {
        format!("{}{NBSP}{mb}", decimal((bytes / 100_000.0).round() as u64, 1, true, lang))
    }
}

/// The forms that a noun takes after a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 1 offer; 21 предложение.
    One,
    /// 3 предложения.
    Few,
    /// 5 offers.
    Many,
}

/// The form after `n`.
pub fn plural(lang: Lang, n: u32) -> Form {
    match (lang, n, n % 10, n % 100) {
        (Lang::Az | Lang::En, 1, ..) => Form::One,
        (Lang::Ru, _, 1, rest) if rest != 11 => Form::One,
        (Lang::Ru, _, 2..=4, rest) if !(12..=14).contains(&rest) => Form::Few,
        _ => Form::Many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0, Lang::Az), "0");
        assert_eq!(number(30_000, Lang::Az), "30\u{a0}000");
        assert_eq!(number(1_300_000, Lang::En), "1,300,000");
    }

    #[test]
    fn money_stands_as_people_write_it() {
        assert_eq!(money(Money::azn_minor(1250), Lang::Az), "12,50\u{a0}₼");
        assert_eq!(money(Money::azn_minor(1250), Lang::En), "AZN\u{a0}12.50");
        assert_eq!(money(Money::azn_minor(150_000), Lang::Ru), "1\u{a0}500\u{a0}₼");
        assert_eq!(money(Money::azn_minor(0), Lang::Az), "Pulsuz");
        assert_eq!(rate(1250, Lang::Az), "12,5%");
        assert_eq!(rate(1205, Lang::En), "12.05%");
    }

    #[test]
    fn data_is_told_in_the_larger_unit() {
        assert_eq!(data(500, Lang::Az), "500\u{a0}MB");
        assert_eq!(data(10_000, Lang::Az), "10\u{a0}GB");
        assert_eq!(data(1_500, Lang::Ru), "1,5\u{a0}ГБ");
    }

    #[test]
    fn russian_has_three_forms() {
        for (n, form) in [(1, Form::One), (11, Form::Many), (21, Form::One), (3, Form::Few), (13, Form::Many)] {
            assert_eq!(plural(Lang::Ru, n), form, "{n}");
        }
        assert_eq!(plural(Lang::En, 1), Form::One);
        assert_eq!(plural(Lang::Az, 21), Form::Many);
    }
}
