//! The visitor's language: chosen by a switch, kept in the browser, taken from the browser on the first visit.

use std::sync::LazyLock;

use leptos::prelude::*;
use shared::{Lang, numerals};

use crate::{browser, i18n::Locale};

const KEY: &str = "vm.lang";

static LANG: LazyLock<ArcRwSignal<Lang>> = LazyLock::new(|| ArcRwSignal::new(first()));

fn first() -> Lang {
    browser::stored(KEY)
        .and_then(|tag| Lang::from_tag(&tag))
        .or_else(|| browser::preferred_languages().iter().find_map(|tag| Lang::from_tag(tag)))
        .unwrap_or_default()
}

/// The language; whoever reads it in a view follows when it changes.
pub fn lang() -> Lang {
    LANG.get()
}

/// The language at this moment, for what does not follow: a header, a file.
pub fn lang_now() -> Lang {
    LANG.get_untracked()
}

/// Switches the page to `lang` and remembers it.
pub fn choose(lang: Lang) {
    browser::store(KEY, lang.tag());
    LANG.set(lang);
}

/// The locale of the language, for the text macros.
pub fn locale(lang: Lang) -> Locale {
    match lang {
        Lang::Az => Locale::az,
        Lang::En => Locale::en,
        Lang::Ru => Locale::ru,
    }
}

/// A text that follows the language. All of them have one type, which keeps the page small.
pub fn word(text: fn(Locale) -> &'static str) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || text(locale(lang()))
}

/// A text of `locales/*.json` that follows the language: `tr!(nav.offers)`.
macro_rules! tr {
    ($($key:tt).+) => {
        $crate::language::word(|locale| leptos_i18n::td_string!(locale, $($key).+))
    };
}

/// A text of `locales/*.json` as a value, for tables of texts: `text!(nav.offers)`.
macro_rules! text {
    ($($key:tt).+) => {
        (|locale: $crate::i18n::Locale| -> &'static str { leptos_i18n::td_string!(locale, $($key).+) })
            as fn($crate::i18n::Locale) -> &'static str
    };
}

/// A text of `locales/*.json` as it is now, with its gaps filled: `say!(offer.days, days = 3)`.
macro_rules! say {
    ($($key:tt).+ $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::language::fill(
            leptos_i18n::td_string!($crate::language::locale($crate::language::lang()), $($key).+),
            &[$((stringify!($name), &$value.to_string())),*],
        )
    };
}

/// Puts values into the gaps of a text: `{days} gün`, `{n}-ci addım`.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| numerals::fill(&text, name, value))
}

pub(crate) use {say, text, tr};

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::fill;

    /// Every text with the names of its gaps.
    fn gaps(json: &Value, path: &str, into: &mut Vec<String>) {
        match json {
            Value::Object(map) => map.iter().for_each(|(key, value)| gaps(value, &format!("{path}.{key}"), into)),
            other => {
                let text = other.as_str().unwrap_or_default();
                let mut names: Vec<_> = text.split('{').skip(1).filter_map(|t| t.split('}').next()).collect();
                // Azerbaijani alone needs a suffix after a number.
                names.retain(|name| *name != "suffix");
                names.sort_unstable();
                into.push(format!("{path} {names:?}"));
            }
        }
    }

    #[test]
    fn all_languages_have_the_same_texts_with_the_same_gaps() {
        let [az, en, ru] = [
            include_str!("../locales/az.json"),
            include_str!("../locales/en.json"),
            include_str!("../locales/ru.json"),
        ]
        .map(|text| {
            let mut all = Vec::new();
            gaps(&serde_json::from_str(text).unwrap(), "", &mut all);
            all.sort_unstable();
            all
        });
        assert_eq!(az, en);
        assert_eq!(az, ru);
    }

    #[test]
    fn the_first_words_are_those_of_the_home_page() {
        let shell = include_str!("../index.html");
        for text in
            [include_str!("../locales/az.json"), include_str!("../locales/en.json"), include_str!("../locales/ru.json")]
        {
            let json: Value = serde_json::from_str(text).unwrap();
            for name in ["title", "lead"] {
                let words = json["home"][name].as_str().unwrap();
                assert!(shell.contains(&format!(">{words}<")), "{words}");
            }
        }
    }

    #[test]
    fn gaps_are_filled() {
        assert_eq!(fill("{n} of {m}", &[("n", "1"), ("m", "2")]), "1 of 2");
    }
}
