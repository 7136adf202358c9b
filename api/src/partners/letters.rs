//! What partners' people are told by mail. The name of a partner that the ministry has not let in yet stands in no mail:
//! its applicant chose it, and could have us send their words to strangers.

use shared::{Lang, partner::MemberRole};

use crate::accounts::{Mail, Words, letter};

/// A mail to people of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// The application has arrived.
    Received { slug: String },
    /// The ministry let the partner in.
    Approved { slug: String },
    /// The ministry refused it.
    Refused { slug: String, reason: String },
    /// The ministry stopped it for now.
    Suspended { slug: String, reason: String },
    /// It may go on.
    Reinstated { slug: String },
    /// Somebody who made keys is no owner any more.
    KeysLeft { slug: String, maker: String, keys: Vec<String> },
    /// Somebody is invited to work for a partner.
    Invited { token: String, partner: String, role: MemberRole },
}

impl Mail for Letter {
    fn kind(&self) -> &'static str {
        match self {
            Self::Received { .. } => "partner_received",
            Self::Approved { .. } => "partner_approved",
            Self::Refused { .. } => "partner_refused",
            Self::Suspended { .. } => "partner_suspended",
            Self::Reinstated { .. } => "partner_reinstated",
            Self::KeysLeft { .. } => "partner_keys_left",
            Self::Invited { .. } => "partner_invited",
        }
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let site = site.trim_end_matches('/');
        let [subject, text] = match self {
            Self::Received { .. } => RECEIVED,
            Self::Approved { .. } => APPROVED,
            Self::Refused { .. } => REFUSED,
            Self::Suspended { .. } => SUSPENDED,
            Self::Reinstated { .. } => REINSTATED,
            Self::KeysLeft { .. } => KEYS_LEFT,
            Self::Invited { .. } => INVITED,
        }
        .map(|[az, en, ru]| lang.pick(az, en, ru));
        // What people wrote comes last, so that it is not searched for places to fill.
        let text = match self {
            Self::Received { slug } | Self::Approved { slug } | Self::Reinstated { slug } => {
                text.replace("{link}", &console(site, slug))
            }
            Self::Refused { slug, reason } | Self::Suspended { slug, reason } => {
                text.replace("{link}", &console(site, slug)).replace("{reason}", reason)
            }
            Self::KeysLeft { slug, maker, keys } => text
                .replace("{link}", &format!("{}/keys", console(site, slug)))
                .replace("{maker}", maker)
                .replace("{keys}", &keys.iter().map(|name| format!("- {name}")).collect::<Vec<_>>().join("\n")),
            Self::Invited { token, partner, role } => text
                .replace("{link}", &format!("{site}/invitation?token={token}"))
                .replace("{role}", role_name(*role, lang))
                .replace("{partner}", partner),
        };
        Words { subject, body: letter(lang.pick("Salam!", "Hello,", "Здравствуйте!"), &text, site) }
    }
}

fn console(site: &str, slug: &str) -> String {
    format!("{site}/console/{slug}")
}

fn role_name(role: MemberRole, lang: Lang) -> &'static str {
    match role {
        MemberRole::Cashier => lang.pick("kassir", "cashier", "кассир"),
        MemberRole::Editor => lang.pick("redaktor", "editor", "редактор"),
        MemberRole::Owner => lang.pick("sahib", "owner", "владелец"),
    }
}

/// Subject and text, each in the three languages.
type Texts = [[&'static str; 3]; 2];

const RECEIVED: Texts = [
    ["Müraciətiniz qəbul olundu", "We have your application", "Ваша заявка принята"],
    [
        "Tərəfdaş olmaq üçün müraciətiniz Nazirliyə çatdı. Cavab gələndə sizə yazacağıq. Müraciətin vəziyyətinə və \
         məlumatlarınıza burada baxa bilərsiniz:\n\n{link}",
        "Your application to become a partner has reached the ministry. We will write to you when there is an answer. \
         You can see where it stands, and what you wrote, here:\n\n{link}",
        "Ваша заявка на партнёрство поступила в министерство. Мы напишем вам, когда будет ответ. Состояние заявки и \
         ваши данные можно посмотреть здесь:\n\n{link}",
    ],
];

const APPROVED: Texts = [
    ["Siz artıq tərəfdaşsınız", "You are a partner now", "Вы стали партнёром"],
    [
        "Nazirlik müraciətinizi təsdiqlədi. İndi təkliflər yaza, əməkdaşlarınızı dəvət edə və proqramlarınız üçün \
         açarlar yarada bilərsiniz:\n\n{link}",
        "The ministry has approved your application. You can now write offers, invite your colleagues and make keys \
         for your programs:\n\n{link}",
        "Министерство одобрило вашу заявку. Теперь вы можете создавать предложения, приглашать сотрудников и выпускать \
         ключи для своих программ:\n\n{link}",
    ],
];

const REFUSED: Texts = [
    ["Müraciətiniz qəbul edilmədi", "Your application was refused", "Ваша заявка отклонена"],
    [
        "Nazirlik tərəfdaş olmaq üçün müraciətinizi təsdiqləmədi. Səbəb:\n\n{reason}\n\nMəlumatları düzəldib eyni \
         ünvan adı ilə yenidən müraciət edə bilərsiniz. Müraciətiniz:\n\n{link}",
        "The ministry has not approved your application to become a partner. The reason:\n\n{reason}\n\nYou can \
         correct it and apply again under the same name in addresses. Your application:\n\n{link}",
        "Министерство не одобрило вашу заявку на партнёрство. Причина:\n\n{reason}\n\nВы можете исправить данные и \
         подать заявку снова с тем же именем в адресе. Ваша заявка:\n\n{link}",
    ],
];

const SUSPENDED: Texts = [
    ["Fəaliyyətiniz dayandırıldı", "Your work here is suspended", "Ваша работа приостановлена"],
    [
        "Nazirlik Virtual Market-də fəaliyyətinizi müvəqqəti dayandırdı. Səbəb:\n\n{reason}\n\nTəklifləriniz hələlik \
         görünmür. Artıq götürülmüş kodlar qüvvədə qalır, onları qəbul etməyə davam edin.\n\n{link}",
        "The ministry has suspended your work on Virtual Market for now. The reason:\n\n{reason}\n\nYour offers are \
         not listed meanwhile. Codes that people hold already stay good: please go on redeeming them.\n\n{link}",
        "Министерство временно приостановило вашу работу на Virtual Market. Причина:\n\n{reason}\n\nВаши предложения \
         пока не показываются. Уже полученные коды действуют: продолжайте их принимать.\n\n{link}",
    ],
];

const REINSTATED: Texts = [
    ["Fəaliyyətiniz bərpa olundu", "You can go on", "Ваша работа возобновлена"],
    [
        "Nazirlik Virtual Market-də fəaliyyətinizi bərpa etdi. Təklifləriniz yenidən görünür.\n\n{link}",
        "The ministry has lifted the suspension of your work on Virtual Market. Your offers are listed \
         again.\n\n{link}",
        "Министерство возобновило вашу работу на Virtual Market. Ваши предложения снова показываются.\n\n{link}",
    ],
];

const KEYS_LEFT: Texts = [
    ["Bu açarlar hələ lazımdırmı?", "Are these keys still needed?", "Эти ключи ещё нужны?"],
    [
        "{maker} artıq şirkətin sahibi deyil. Onun göndərdiyi, hələ qəbul olunmamış dəvətlər ləğv edildi. Onun yaratdığı \
         bu açarlar isə işləməyə davam edir:\n\n{keys}\n\nMətnləri onda qalmış ola bilər. Lazım olanları əvəz edin, \
         qalanlarını ləğv edin:\n\n{link}",
        "{maker} no longer owns the partner. Invitations that they sent and nobody has accepted have ended. These keys, \
         which they made, still work:\n\n{keys}\n\nThey may have kept the texts. Replace those that you need, and \
         revoke the others:\n\n{link}",
        "{maker} больше не владелец партнёра. Отправленные этим человеком приглашения, которые ещё не приняты, \
         отменены. Созданные им ключи продолжают работать:\n\n{keys}\n\nИх тексты могли у него остаться. Замените \
         нужные и отзовите остальные:\n\n{link}",
    ],
];

const INVITED: Texts = [
    ["Virtual Market-ə dəvət", "An invitation to Virtual Market", "Приглашение на Virtual Market"],
    [
        "Sizi Virtual Market-də tərəfdaşın əməkdaşı olmağa dəvət edirlər.\n\nTərəfdaş: {partner}\nRol: {role}\n\nDəvəti \
         qəbul etmək üçün keçidi açın:\n\n{link}\n\nKeçid 7 gün və bir dəfə işləyir. Hesabınız yoxdursa, bu e-poçt \
         ünvanı ilə qeydiyyatdan keçin. Bu dəvəti gözləmirdinizsə, məktubu nəzərə almayın.",
        "You are invited to work for a partner of Virtual Market.\n\nPartner: {partner}\nRole: {role}\n\nTo accept, \
         open this link:\n\n{link}\n\nIt works once, within 7 days. If you have no account, sign up with this e-mail \
         address. If you did not expect this invitation, ignore this mail.",
        "Вас приглашают работать у партнёра Virtual Market.\n\nПартнёр: {partner}\nРоль: {role}\n\nЧтобы принять \
         приглашение, откройте ссылку:\n\n{link}\n\nОна действует один раз, в течение 7 дней. Если у вас нет аккаунта, \
         зарегистрируйтесь с этим адресом почты. Если вы не ждали приглашения, не обращайте внимания на это письмо.",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mail_has_its_link_and_nothing_left_open() {
        let slug = || "numune".to_owned();
        let letters = [
            (Letter::Received { slug: slug() }, "/console/numune"),
            (Letter::Approved { slug: slug() }, "/console/numune"),
            (Letter::Refused { slug: slug(), reason: "{link}".to_owned() }, "/console/numune"),
            (Letter::Suspended { slug: slug(), reason: "Yox".to_owned() }, "/console/numune"),
            (Letter::Reinstated { slug: slug() }, "/console/numune"),
            (
                Letter::KeysLeft { slug: slug(), maker: "kim@test.az".into(), keys: vec!["Kassa".into()] },
                "/console/numune/keys",
            ),
            (
                Letter::Invited { token: "abc".into(), partner: "Nümunə".into(), role: MemberRole::Editor },
                "/invitation?token=abc",
            ),
        ];
        for (letter, page) in letters {
            for lang in Lang::ALL {
                let words = letter.words(lang, "https://market.az/");
                assert_eq!(words.body.matches(&format!("\nhttps://market.az{page}\n")).count(), 1, "{}", words.body);
                assert!(!words.subject.is_empty());
                let own = matches!(letter, Letter::Refused { .. });
                assert_eq!(words.body.contains('{'), own, "what people wrote stays as it is: {}", words.body);
            }
        }
    }
}
