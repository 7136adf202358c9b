//! The three languages, and text in them.

use serde::{Deserialize, Serialize};

use crate::{characters, object::objects, validate::Violations};

/// A language of the platform (BCP 47 primary subtag). Azerbaijani comes first and is the fallback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Azerbaijani.
    #[default]
    Az,
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// All of them, in the order in which the page offers them.
    pub const ALL: [Self; 3] = [Self::Az, Self::En, Self::Ru];

    /// The subtag: `az`, `en`, `ru`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Az => "az",
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The language of a tag such as `ru` or `ru-RU`, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The best of our languages for an `Accept-Language` header (RFC 9110 §12.5.4); Azerbaijani if none fits.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (Self::Az, 0.0_f32);
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default();
            let quality =
                parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if let Some(lang) = Self::from_tag(tag)
                && quality > best.1
            {
                best = (lang, quality);
            }
        }
        best.0
    }

    /// Picks the text for this language out of three.
    pub const fn pick<'a>(self, az: &'a str, en: &'a str, ru: &'a str) -> &'a str {
        match self {
            Self::Az => az,
            Self::En => en,
            Self::Ru => ru,
        }
    }
}

/// Text for people, in up to three languages. Azerbaijani is required; what is missing falls back to it. It is read into NFC,
/// and without soft hyphens and zero-width blanks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct LocalText {
    /// Azerbaijani.
    #[serde(deserialize_with = "characters::read_prose")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub az: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "characters::read_optional_prose")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub en: Option<String>,
    /// Russian.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "characters::read_optional_prose")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub ru: Option<String>,
}

objects!(LocalText);

impl LocalText {
    /// All three languages.
    pub fn new(az: impl Into<String>, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { az: az.into(), en: Some(en.into()), ru: Some(ru.into()) }
    }

    /// The text in `lang`, or in Azerbaijani where that is missing.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Az => None,
            Lang::En => self.en.as_deref(),
            Lang::Ru => self.ru.as_deref(),
        }
        .unwrap_or(&self.az)
    }

    /// The languages that are there, with their texts.
    pub fn entries(&self) -> impl Iterator<Item = (Lang, &str)> {
        [(Lang::Az, Some(self.az.as_str())), (Lang::En, self.en.as_deref()), (Lang::Ru, self.ru.as_deref())]
            .into_iter()
            .filter_map(|(lang, text)| text.map(|t| (lang, t)))
    }

    /// Checks that Azerbaijani is there and that no language is blank or longer than `max` characters.
    pub fn check(&self, pointer: &str, max: usize, violations: &mut Violations) {
        for (lang, text) in self.entries() {
            violations.text(&format!("{pointer}/{}", lang.tag()), text, 1, max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiates_the_best_language_that_we_have() {
        assert_eq!(Lang::negotiate("ru-RU,ru;q=0.9,en;q=0.8"), Lang::Ru);
        assert_eq!(Lang::negotiate("de, en;q=0.4, ru;q=0.3"), Lang::En);
        assert_eq!(Lang::negotiate("fr"), Lang::Az);
        assert_eq!(Lang::negotiate(""), Lang::Az);
        assert_eq!(Lang::negotiate("en;q=x, ;;;,ru;q=0"), Lang::Az);
    }

    #[test]
    fn missing_languages_fall_back_to_azerbaijani() {
        let text = LocalText { az: "Salam".into(), en: None, ru: Some("Привет".into()) };
        assert_eq!(text.get(Lang::En), "Salam");
        assert_eq!(text.get(Lang::Ru), "Привет");
    }
}
