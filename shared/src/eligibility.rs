//! Whether somebody may claim an offer, rule by rule.

use serde::{Deserialize, Serialize};

use crate::{account::Role, offer::Audience, text::Lang};

/// A rule that a claim must meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Signed in.
    SignedIn,
    /// The e-mail address is confirmed.
    EmailVerified,
    /// The offer is for people like them.
    Audience,
    /// The ministry has confirmed that they are what they say.
    RoleVerified,
    /// The offer can be claimed now.
    OfferOpen,
    /// Not claimed yet in this period.
    NotClaimed,
    /// Units are left in this period.
    UnitsLeft,
}

impl Rule {
    /// The rule in words.
    pub const fn title(self, lang: Lang) -> &'static str {
        let (az, en, ru) = match self {
            Self::SignedIn => ("Daxil olmusunuz", "You are signed in", "Вы вошли"),
            Self::EmailVerified => {
                ("E-poçtunuz təsdiqlənib", "Your e-mail address is confirmed", "Ваша почта подтверждена")
            }
            Self::Audience => {
                ("Təklif sizin üçündür", "The offer is meant for you", "Предложение предназначено для вас")
            }
            Self::RoleVerified => ("Statusunuz təsdiqlənib", "Your status is confirmed", "Ваш статус подтверждён"),
            Self::OfferOpen => ("Təklif açıqdır", "The offer is open", "Предложение открыто"),
            Self::NotClaimed => ("Hələ götürməmisiniz", "You have not claimed it yet", "Вы ещё не получали его"),
            Self::UnitsLeft => ("Hələ qalıb", "There are units left", "Ещё есть в наличии"),
        };
        match lang {
            Lang::Az => az,
            Lang::En => en,
            Lang::Ru => ru,
        }
    }

    /// What would meet the rule, in words.
    pub const fn remedy(self, lang: Lang) -> &'static str {
        let (az, en, ru) = match self {
            Self::SignedIn => {
                ("Daxil olun və ya qeydiyyatdan keçin.", "Sign in or sign up.", "Войдите или зарегистрируйтесь.")
            }
            Self::EmailVerified => (
                "Sizə göndərdiyimiz məktubdakı keçidə basın.",
                "Follow the link in the mail that we sent you.",
                "Перейдите по ссылке из нашего письма.",
            ),
            Self::Audience => (
                "Bu təklif başqaları üçündür. Sizə uyğun təkliflərə baxın.",
                "This offer is for others. Look at the offers that are for you.",
                "Это предложение для других. Посмотрите предложения для вас.",
            ),
            Self::RoleVerified => (
                "Nazirlik statusunuzu təsdiqlədikdən sonra götürə bilərsiniz.",
                "You can claim it as soon as the ministry has confirmed your status.",
                "Вы сможете получить его, когда министерство подтвердит ваш статус.",
            ),
            Self::OfferOpen => {
                ("Açılanda yenidən baxın.", "Come back when it opens.", "Загляните, когда оно откроется.")
            }
            Self::NotClaimed => (
                "Kodunuz “Kodlarım” bölməsindədir.",
                "Your code is under “My codes”.",
                "Ваш код — в разделе «Мои коды».",
            ),
            Self::UnitsLeft => (
                "Hamısı götürülüb. Aylıq təkliflər hər ayın əvvəlində yenilənir.",
                "All are taken. Monthly offers are renewed on the first of each month.",
                "Всё разобрано. Ежемесячные предложения обновляются первого числа.",
            ),
        };
        match lang {
            Lang::Az => az,
            Lang::En => en,
            Lang::Ru => ru,
        }
    }
}

/// One rule and whether it is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleView {
    /// The rule.
    pub rule: Rule,
    /// Whether it is met.
    pub met: bool,
    /// The rule in the language of the request.
    pub message: String,
    /// What would meet it, in the language of the request; null when it is met.
    pub remedy: Option<String>,
}

impl RuleView {
    /// The rule in words.
    pub fn new(rule: Rule, met: bool, lang: Lang) -> Self {
        let remedy = (!met).then(|| rule.remedy(lang).to_owned());
        Self { rule, met, message: rule.title(lang).to_owned(), remedy }
    }
}

/// Whether somebody may claim an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// Whether all rules are met.
    pub eligible: bool,
    /// Each rule, in the order in which they are asked.
    pub rules: Vec<RuleView>,
}

/// What is known of a claimant when the personal rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What they say they are.
    pub role: Role,
    /// Whether the ministry has confirmed it.
    pub role_verified: bool,
    /// Whether their address is confirmed.
    pub email_verified: bool,
}

/// The personal rules: who may claim an offer for these audiences. In the order in which a person would mend them.
pub fn personal_rules(standing: Option<Standing>, audience: &[Audience]) -> Vec<(Rule, bool)> {
    let belongs = standing.is_some_and(|s| audience.iter().any(|a| a.role() == s.role));
    let confirmed = standing.is_some_and(|s| !s.role.needs_verification() || s.role_verified);
    vec![
        (Rule::SignedIn, standing.is_some()),
        (Rule::EmailVerified, standing.is_some_and(|s| s.email_verified)),
        (Rule::Audience, belongs),
        (Rule::RoleVerified, confirmed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmet(standing: Option<Standing>) -> Vec<Rule> {
        personal_rules(standing, &[Audience::Educator])
            .into_iter()
            .filter(|(_, met)| !met)
            .map(|(rule, _)| rule)
            .collect()
    }

    #[test]
    fn each_rule_is_told_apart() {
        let teacher = Standing { role: Role::Educator, role_verified: true, email_verified: true };
        assert_eq!(unmet(Some(teacher)), []);
        assert_eq!(unmet(Some(Standing { role_verified: false, ..teacher })), [Rule::RoleVerified]);
        assert_eq!(unmet(Some(Standing { email_verified: false, ..teacher })), [Rule::EmailVerified]);
        assert_eq!(unmet(Some(Standing { role: Role::Learner, ..teacher })), [Rule::Audience]);
        assert_eq!(unmet(None), [Rule::SignedIn, Rule::EmailVerified, Rule::Audience, Rule::RoleVerified]);
    }
}
