//! What those who look after a partner's offers are told of them by mail.

use shared::{Lang, LocalText, OfferId};

use crate::accounts::{Mail, Words, letter};

/// A mail about an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub slug: String,
    pub offer: OfferId,
    pub title: LocalText,
    pub about: About,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The ministry refused it, or an edit of it.
    Rejected { reason: String, is_edit: bool },
    /// So much of its quota is claimed.
    Quota { claimed: u32, quota: u32 },
    /// So few of its codes are left.
    Codes { left: u32, total: u32 },
}

impl Mail for Letter {
    fn kind(&self) -> &'static str {
        match self.about {
            About::Rejected { .. } => "offer_rejected",
            About::Quota { .. } => "quota_warning",
            About::Codes { .. } => "codes_low",
        }
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let site = site.trim_end_matches('/');
        let [subject, text] = match &self.about {
            About::Rejected { is_edit: false, .. } => REJECTED,
            About::Rejected { is_edit: true, .. } => EDIT_REJECTED,
            About::Quota { claimed, quota } if claimed >= quota => QUOTA_GONE,
            About::Quota { .. } => QUOTA,
            About::Codes { left: 0, .. } => CODES_GONE,
            About::Codes { .. } => CODES,
        }
        .map(|[az, en, ru]| lang.pick(az, en, ru));
        let text = text.replace("{link}", &format!("{site}/console/{}/offers/{}", self.slug, self.offer));
        let text = match &self.about {
            About::Quota { claimed: one, quota: all } | About::Codes { left: one, total: all } => {
                text.replace("{one}", &one.to_string()).replace("{all}", &all.to_string())
            }
            About::Rejected { .. } => text,
        };
        // What people wrote comes last, so that it is not searched for places to fill.
        let text = match &self.about {
            About::Rejected { reason, .. } => text.replace("{reason}", reason),
            _ => text,
        };
        let text = text.replacen("{title}", self.title.get(lang), 1);
        Words { subject, body: letter(lang.pick("Salam!", "Hello,", "Здравствуйте!"), &text, site) }
    }
}

/// Subject and text, each in the three languages.
type Texts = [[&'static str; 3]; 2];

const REJECTED: Texts = [
    ["Təklifiniz qaytarıldı", "Your offer was sent back", "Ваше предложение возвращено"],
    [
        "Nazirlik bu təklifi təsdiqləmədi: {title}\n\nSəbəb:\n{reason}\n\nDüzəldib yenidən göndərə bilərsiniz:\n{link}",
        "The ministry did not approve this offer: {title}\n\nThe reason:\n{reason}\n\nYou can correct it and send it \
         again:\n{link}",
        "Министерство не одобрило предложение: {title}\n\nПричина:\n{reason}\n\nЕго можно исправить и отправить \
         снова:\n{link}",
    ],
];

const EDIT_REJECTED: Texts = [
    ["Dəyişikliyiniz qaytarıldı", "Your change was sent back", "Ваше изменение возвращено"],
    [
        "Nazirlik bu təklifdəki dəyişikliyi təsdiqləmədi: {title}\n\nTəklif əvvəlki kimi qalır.\n\nSəbəb:\n{reason}\n\n\
         Dəyişikliyi düzəldib yenidən göndərə bilərsiniz:\n{link}",
        "The ministry did not approve the change of this offer: {title}\n\nThe offer stays as it was.\n\nThe \
         reason:\n{reason}\n\nYou can correct the change and send it again:\n{link}",
        "Министерство не одобрило изменение предложения: {title}\n\nПредложение остаётся прежним.\n\nПричина:\n\
         {reason}\n\nИзменение можно исправить и отправить снова:\n{link}",
    ],
];

const QUOTA: Texts = [
    ["Təklifiniz tükənir", "Your offer is running out", "Ваше предложение заканчивается"],
    [
        "Təklif: {title}\n\nGötürülüb: {one}, cəmi: {all}.\n\nSayı artırmaq istəyirsinizsə, təklifi dəyişin:\n{link}",
        "Offer: {title}\n\nClaimed: {one} of {all}.\n\nIf you want to give more, change the offer:\n{link}",
        "Предложение: {title}\n\nРазобрано: {one} из {all}.\n\nЕсли хотите дать больше, измените предложение:\n{link}",
    ],
];

const QUOTA_GONE: Texts = [
    ["Təklifiniz bitdi", "Your offer has run out", "Ваше предложение закончилось"],
    [
        "Təklif: {title}\n\nHamısı götürülüb: {one}, cəmi: {all}.\n\nSayı artırmaq istəyirsinizsə, təklifi dəyişin:\n{link}",
        "Offer: {title}\n\nAll of it is claimed: {one} of {all}.\n\nIf you want to give more, change the offer:\n{link}",
        "Предложение: {title}\n\nРазобрано всё: {one} из {all}.\n\nЕсли хотите дать больше, измените предложение:\n\
         {link}",
    ],
];

const CODES: Texts = [
    ["Kodlarınız azalır", "Your codes are running low", "Ваши коды заканчиваются"],
    [
        "Təklif: {title}\n\nQalan kod: {one}, cəmi: {all}.\n\nYeni kodları burada yükləyin:\n{link}",
        "Offer: {title}\n\nCodes left: {one} of {all}.\n\nUpload new ones here:\n{link}",
        "Предложение: {title}\n\nОсталось кодов: {one} из {all}.\n\nЗагрузите новые здесь:\n{link}",
    ],
];

const CODES_GONE: Texts = [
    ["Kodlarınız bitdi", "Your codes have run out", "Ваши коды закончились"],
    [
        "Təklif: {title}\n\nKod qalmayıb, buna görə təklifi götürmək olmur. Yeni kodları burada yükləyin:\n{link}",
        "Offer: {title}\n\nNo code is left, so the offer cannot be claimed. Upload new ones here:\n{link}",
        "Предложение: {title}\n\nКодов не осталось, поэтому предложение нельзя получить. Загрузите новые здесь:\n\
         {link}",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mail_says_what_and_where_in_each_language() {
        let abouts = [
            About::Rejected { reason: "Qiymət {link} yoxdur".into(), is_edit: false },
            About::Rejected { reason: "Qiymət yoxdur".into(), is_edit: true },
            About::Quota { claimed: 9, quota: 10 },
            About::Quota { claimed: 10, quota: 10 },
            About::Codes { left: 1, total: 10 },
            About::Codes { left: 0, total: 10 },
        ];
        for about in abouts {
            let title = LocalText::new("Paket", "Package", "Пакет");
            let mail = Letter { slug: "numune".into(), offer: OfferId(uuid::Uuid::nil()), title, about };
            for lang in Lang::ALL {
                let words = mail.words(lang, "https://market.az/");
                let link = format!("\nhttps://market.az/console/numune/offers/{}\n", mail.offer);
                assert!(words.body.contains(&link) && words.body.contains(mail.title.get(lang)), "{}", words.body);
                let rest = words.body.replace("Qiymət {link} yoxdur", "");
                assert!(!rest.contains('{') && !words.subject.is_empty(), "{rest}");
            }
        }
    }
}
