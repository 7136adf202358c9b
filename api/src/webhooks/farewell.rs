//! What is told when a webhook was switched off by itself: the audit log, and the partner's owners by mail.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use serde_json::json;
use shared::{Lang, webhook::DisabledReason};

use super::store;
use crate::{
    accounts::{Accounts, Mail, Words, letter},
    audit,
    store::{Transaction, entities::webhooks},
};

/// The mail is worth sending for so long.
const GOOD_FOR: TimeDelta = TimeDelta::days(3);

/// Tells the audit log and the owners, in the transaction that switches it off.
pub async fn tell(
    accounts: &Accounts,
    tx: &Transaction,
    webhook: &webhooks::Model,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let detail = json!({"reason": reason, "partner_id": webhook.partner_id});
    audit::record(tx, None, "webhook.switch_off", format!("webhook:{}", webhook.id), detail, now).await?;
    let host = reqwest::Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
    for owner in store::owners(tx, webhook.partner_id).await? {
        let mail = SwitchedOff {
            reason,
            host: host.clone().unwrap_or_default(),
            page: format!("/console/{}/webhooks/{}", owner.slug, webhook.id),
        };
        let lang = Lang::from_tag(&owner.lang).unwrap_or_default();
        accounts.post(tx, (&owner.email, lang), &mail, GOOD_FOR, now).await?;
    }
    Ok(())
}

/// A webhook was switched off.
struct SwitchedOff {
    reason: DisabledReason,
    /// The host of its address.
    host: String,
    /// Where it is switched on again.
    page: String,
}

impl Mail for SwitchedOff {
    fn kind(&self) -> &'static str {
        "webhook_switched_off"
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let site = site.trim_end_matches('/');
        let why = match self.reason {
            DisabledReason::Gone => lang.pick(
                "Ünvan 410 (Gone) cavabı verdi: ona daha mesaj göndərilməməlidir.",
                "The address answered 410 (Gone): it wants no more messages.",
                "Адрес ответил 410 (Gone): сообщения ему больше не нужны.",
            ),
            DisabledReason::Failing | DisabledReason::ByHand => lang.pick(
                "Təxminən üç gün ərzində heç bir mesaj çatmadı.",
                "No message has got through for about three days.",
                "Около трёх дней ни одно сообщение не доходило.",
            ),
        };
        let text = lang.pick(
            "{host} ünvanına bildiriş göndərən vebhuk söndürüldü. {why}\n\nÜnvan düzələndən sonra onu burada yenidən \
             yandırın; gözləyən mesajlar o zaman göndəriləcək. Söndürülü olduğu müddətdə baş verənlər göndərilmir.\
             \n\n{link}",
            "The webhook that sends to {host} has been switched off. {why}\n\nOnce the address works, switch it on again \
             here; the messages that wait are sent then. What happens while it is off is not sent.\n\n{link}",
            "Вебхук, который отправляет сообщения на {host}, отключён. {why}\n\nКогда адрес заработает, включите его \
             здесь снова; ожидающие сообщения тогда будут отправлены. О том, что произойдёт, пока он отключён, не \
             сообщается.\n\n{link}",
        );
        let text =
            text.replace("{why}", why).replace("{link}", &format!("{site}{}", self.page)).replace("{host}", &self.host);
        let subject = lang.pick("Vebhuk söndürüldü", "A webhook has been switched off", "Вебхук отключён");
        Words { subject, body: letter(lang.pick("Salam!", "Hello,", "Здравствуйте!"), &text, site) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_says_which_why_and_where() {
        for lang in Lang::ALL {
            for reason in [DisabledReason::Gone, DisabledReason::Failing] {
                let mail = SwitchedOff { reason, host: "a.az".into(), page: "/console/x/webhooks/1".into() };
                let words = mail.words(lang, "https://market.az/");
                assert!(words.body.contains("\nhttps://market.az/console/x/webhooks/1\n"), "{}", words.body);
                assert!(words.body.contains("a.az") && !words.body.contains('{') && !words.subject.is_empty());
            }
        }
    }
}
