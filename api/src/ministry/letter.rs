//! The mail in words. It names nobody: an applicant chose the name, and could have us send their words.

use shared::Lang;

use super::Subject;
use crate::accounts::{Mail, Words, letter};

/// So many have come to wait for the ministry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: Subject,
    pub count: i64,
}

impl Mail for Letter {
    fn kind(&self) -> &'static str {
        match self.subject {
            Subject::Applications => "applications_wait",
            Subject::Offers => "offers_wait",
        }
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let site = site.trim_end_matches('/');
        let (page, [subject, text]) = match self.subject {
            Subject::Applications => ("/console/ministry/partners", APPLICATIONS),
            Subject::Offers => ("/console/ministry/offers", OFFERS),
        };
        let [subject, text] = [subject, text].map(|[az, en, ru]| lang.pick(az, en, ru));
        let text = text.replace("{count}", &self.count.to_string()).replace("{link}", &format!("{site}{page}"));
        Words { subject, body: letter(lang.pick("Salam!", "Hello,", "Здравствуйте!"), &text, site) }
    }
}

/// Subject and text, each in the three languages.
type Texts = [[&'static str; 3]; 2];

const APPLICATIONS: Texts = [
    ["Yeni tərəfdaş müraciəti", "A new application of a partner", "Новая заявка партнёра"],
    [
        "Virtual Market-də tərəfdaş olmaq üçün yeni müraciətlər var.\n\nCavab gözləyən yeni müraciətlər: {count}\n\n\
         Onlara burada baxıb cavab verə bilərsiniz:\n\n{link}",
        "Companies have applied to become partners of Virtual Market.\n\nNew applications that wait for an answer: \
         {count}\n\nRead and answer them here:\n\n{link}",
        "Есть новые заявки на партнёрство в Virtual Market.\n\nНовых заявок, которые ждут ответа: {count}\n\n\
         Посмотреть их и ответить можно здесь:\n\n{link}",
    ],
];

const OFFERS: Texts = [
    ["Yoxlama gözləyən təkliflər", "Offers wait for your review", "Предложения ждут проверки"],
    [
        "Tərəfdaşlar yoxlama üçün təkliflər və ya dəyişikliklər göndəriblər.\n\nYeni gələnlər: {count}\n\nOnlara burada \
         baxıb qərar verə bilərsiniz:\n\n{link}",
        "Partners have handed in offers, or changes of offers, for review.\n\nNew ones: {count}\n\nRead them and decide \
         here:\n\n{link}",
        "Партнёры отправили на проверку предложения или изменения в них.\n\nНовых: {count}\n\nПосмотреть их и принять \
         решение можно здесь:\n\n{link}",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mail_says_how_many_and_where_in_each_language() {
        for (subject, page) in [(Subject::Applications, "partners"), (Subject::Offers, "offers")] {
            for lang in Lang::ALL {
                let words = Letter { subject, count: 17 }.words(lang, "https://market.az/");
                let link = format!("\nhttps://market.az/console/ministry/{page}\n");
                assert!(words.body.contains(&link) && words.body.contains(": 17\n"), "{}", words.body);
                assert!(!words.body.contains('{') && !words.subject.is_empty());
            }
        }
    }
}
