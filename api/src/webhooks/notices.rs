//! What a partner's owners are told of a webhook by mail: that it was switched off by itself, and that its secret is lost.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use serde_json::json;
use shared::{Lang, webhook::DisabledReason};
use uuid::Uuid;

use super::store;
use crate::{
    accounts::{Accounts, Mail, Words, letter},
    audit,
    store::{Transaction, entities::webhooks},
};

/// The mail is worth sending for so long.
const GOOD_FOR: TimeDelta = TimeDelta::days(3);

/// Writes that a webhook was switched off into the audit log and to the owners, in the transaction that switches it off.
pub async fn switched_off(
    accounts: &Accounts,
    tx: &Transaction,
    webhook: &webhooks::Model,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let detail = json!({"reason": reason, "partner_id": webhook.partner_id});
    audit::record(tx, None, "webhook.switch_off", format!("webhook:{}", webhook.id), detail, now).await?;
    let why = match reason {
        DisabledReason::Gone => About::Gone,
        DisabledReason::Failing | DisabledReason::ByHand => About::Failing,
    };
    to_owners(accounts, tx, (webhook.id, webhook.partner_id, &webhook.url), why, now).await
}

/// Writes to the owners that the secret of a webhook cannot be opened.
pub async fn secret_lost(
    accounts: &Accounts,
    tx: &Transaction,
    webhook: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let Some((partner, url)) = store::address(tx, webhook).await? else { return Ok(()) };
    to_owners(accounts, tx, (webhook, partner, &url), About::SecretLost, now).await
}

async fn to_owners(
    accounts: &Accounts,
    tx: &Transaction,
    (webhook, partner, url): (Uuid, Uuid, &str),
    about: About,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or_default();
    for owner in store::owners(tx, partner).await? {
        let page = format!("/console/{}/webhooks/{webhook}", owner.slug);
        let mail = Notice { about, host: host.clone(), page };
        let lang = Lang::from_tag(&owner.lang).unwrap_or_default();
        accounts.post(tx, (&owner.email, lang), &mail, GOOD_FOR, now).await?;
    }
    Ok(())
}

/// What there is to tell of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// It was switched off: its receiver wants no more messages.
    Gone,
    /// It was switched off: nothing got through for days.
    Failing,
    /// Its secret cannot be opened, so nothing is sent.
    SecretLost,
}

/// A mail about a webhook.
struct Notice {
    about: About,
    /// The host of its address.
    host: String,
    /// Where it is mended.
    page: String,
}

impl Mail for Notice {
    fn kind(&self) -> &'static str {
        match self.about {
            About::Gone | About::Failing => "webhook_switched_off",
            About::SecretLost => "webhook_secret_lost",
        }
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let site = site.trim_end_matches('/');
        let [subject, text, why] = match self.about {
            About::Gone => [OFF[0], OFF[1], GONE],
            About::Failing => [OFF[0], OFF[1], FAILING],
            About::SecretLost => [LOST[0], LOST[1], NOTHING],
        }
        .map(|[az, en, ru]| lang.pick(az, en, ru));
        let text =
            text.replace("{why}", why).replace("{link}", &format!("{site}{}", self.page)).replace("{host}", &self.host);
        Words { subject, body: letter(lang.pick("Salam!", "Hello,", "Здравствуйте!"), &text, site) }
    }
}

/// A text in the three languages.
type Text = [&'static str; 3];

const NOTHING: Text = [""; 3];

const GONE: Text = [
    "Ünvan 410 (Gone) cavabı verdi: ona daha mesaj göndərilməməlidir.",
    "The address answered 410 (Gone): it wants no more messages.",
    "Адрес ответил 410 (Gone): сообщения ему больше не нужны.",
];

const FAILING: Text = [
    "Təxminən üç gün ərzində heç bir mesaj çatmadı.",
    "No message has got through for about three days.",
    "Около трёх дней ни одно сообщение не доходило.",
];

const OFF: [Text; 2] = [
    ["Vebhuk söndürüldü", "A webhook has been switched off", "Вебхук отключён"],
    [
        "{host} ünvanına bildiriş göndərən vebhuk söndürüldü. {why}\n\nÜnvan düzələndən sonra onu burada yenidən \
         yandırın; gözləyən mesajlar o zaman göndəriləcək. Söndürülü olduğu müddətdə baş verənlər göndərilmir.\
         \n\n{link}",
        "The webhook that sends to {host} has been switched off. {why}\n\nOnce the address works, switch it on again \
         here; the messages that wait are sent then. What happens while it is off is not sent.\n\n{link}",
        "Вебхук, который отправляет сообщения на {host}, отключён. {why}\n\nКогда адрес заработает, включите его \
         здесь снова; ожидающие сообщения тогда будут отправлены. О том, что произойдёт, пока он отключён, не \
         сообщается.\n\n{link}",
    ],
];

const LOST: [Text; 2] = [
    ["Vebhuka yeni sirr lazımdır", "A webhook needs a new secret", "Вебхуку нужен новый секрет"],
    [
        "{host} ünvanına bildiriş göndərən vebhukun imza sirrini oxuya bilmirik, ona görə də mesajlar imzalanmır və \
         göndərilmir.\n\nOna burada yeni sirr verin və onu proqramınıza yazın; gözləyən mesajlar o zaman \
         göndəriləcək.\n\n{link}",
        "We cannot read the secret of the webhook that sends to {host}, so its messages are not signed and not \
         sent.\n\nGive it a new secret here and put it into your program; the messages that wait are sent \
         then.\n\n{link}",
        "Мы не можем прочитать секрет вебхука, который отправляет сообщения на {host}, поэтому они не подписываются и \
         не отправляются.\n\nЗадайте здесь новый секрет и впишите его в свою программу; ожидающие сообщения тогда \
         будут отправлены.\n\n{link}",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_says_which_why_and_where() {
        for lang in Lang::ALL {
            for about in [About::Gone, About::Failing, About::SecretLost] {
                let mail = Notice { about, host: "a.az".into(), page: "/console/x/webhooks/1".into() };
                let words = mail.words(lang, "https://market.az/");
                assert!(words.body.contains("\nhttps://market.az/console/x/webhooks/1\n"), "{}", words.body);
                assert!(words.body.contains("a.az") && !words.body.contains('{') && !words.subject.is_empty());
            }
        }
    }
}
