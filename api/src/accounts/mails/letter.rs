//! What mails say, in three languages. They address nobody by name: whoever signs up chooses the name, and could have
//! us send their words to a stranger.

use shared::Lang;

use super::{Mail, Words, letter};

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Somebody signed up with this address, or asked for the mail again.
    VerifyEmail { token: String },
    /// Somebody signed up with an address that has an account.
    AddressTaken,
    /// Somebody forgot their password.
    ResetPassword { token: String },
    /// The password was changed.
    PasswordChanged,
}

impl Mail for Letter {
    fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AddressTaken => "address_taken",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged => "password_changed",
        }
    }

    fn words(&self, lang: Lang, site: &str) -> Words {
        let [greeting, subject, text] = match self {
            Self::VerifyEmail { .. } => VERIFY,
            Self::AddressTaken => TAKEN,
            Self::ResetPassword { .. } => RESET,
            Self::PasswordChanged => CHANGED,
        }
        .map(|part| part.get(lang));
        let site = site.trim_end_matches('/');
        let link = match self {
            Self::VerifyEmail { token } => format!("{site}/verify-email?token={token}"),
            Self::ResetPassword { token } => format!("{site}/reset-password?token={token}"),
            Self::AddressTaken => format!("{site}/sign-in"),
            Self::PasswordChanged => format!("{site}/forgot-password"),
        };
        let text = text.replace("{link}", &link).replace("{forgot}", &format!("{site}/forgot-password"));
        Words { subject, body: letter(greeting, &text, site) }
    }
}

/// One text in the three languages.
#[derive(Clone, Copy)]
struct Three(&'static str, &'static str, &'static str);

impl Three {
    const fn get(self, lang: Lang) -> &'static str {
        lang.pick(self.0, self.1, self.2)
    }
}

const HELLO: Three = Three("Salam!", "Hello,", "Здравствуйте!");

const VERIFY: [Three; 3] = [
    HELLO,
    Three("E-poçtunuzu təsdiqləyin", "Confirm your e-mail address", "Подтвердите адрес почты"),
    Three(
        "Bu ünvanla Virtual Market-də hesab açılıb. Ünvanın sizin olduğunu təsdiqləmək üçün keçidi açın:\n\n{link}\n\n\
         Keçid 48 saat işləyir. Hesabı siz açmamısınızsa, bu məktubu nəzərə almayın.",
        "An account with this address was opened on Virtual Market. To confirm that the address is yours, open this \
         link:\n\n{link}\n\nThe link works for 48 hours. If it was not you who opened the account, ignore this mail.",
        "С этим адресом открыт аккаунт на Virtual Market. Чтобы подтвердить, что адрес ваш, откройте ссылку:\n\n\
         {link}\n\nСсылка действует 48 часов. Если аккаунт открыли не вы, не обращайте внимания на это письмо.",
    ),
];

const TAKEN: [Three; 3] = [
    HELLO,
    Three("Sizin artıq hesabınız var", "You have an account already", "У вас уже есть аккаунт"),
    Three(
        "Kimsə, bəlkə də siz özünüz, bu ünvanla Virtual Market-də qeydiyyatdan keçmək istəyib. Bu ünvanla artıq hesab \
         var, yenisi açılmayıb.\n\nDaxil olun:\n{link}\n\nParolu unutmusunuzsa:\n{forgot}\n\nBu siz deyildinizsə, heç \
         nə etmək lazım deyil.",
        "Somebody, perhaps you, tried to sign up on Virtual Market with this address. There is an account with it \
         already, so no new one was opened.\n\nSign in:\n{link}\n\nIf you forgot the password:\n{forgot}\n\nIf it was \
         not you, there is nothing to do.",
        "Кто-то, возможно вы сами, пытался зарегистрироваться на Virtual Market с этим адресом. Аккаунт с ним уже \
         есть, новый не открыт.\n\nВойти:\n{link}\n\nЕсли вы забыли пароль:\n{forgot}\n\nЕсли это были не вы, ничего \
         делать не нужно.",
    ),
];

const RESET: [Three; 3] = [
    HELLO,
    Three("Yeni parol", "A new password", "Новый пароль"),
    Three(
        "Virtual Market-dəki hesabınız üçün yeni parol təyin etmək istəyirsinizsə, keçidi açın:\n\n{link}\n\nKeçid 30 \
         dəqiqə və bir dəfə işləyir. Bunu siz istəməmisinizsə, bu məktubu nəzərə almayın: parolunuz dəyişməyib.",
        "To set a new password for your account on Virtual Market, open this link:\n\n{link}\n\nThe link works once, \
         within 30 minutes. If you did not ask for it, ignore this mail: your password has not been changed.",
        "Чтобы задать новый пароль для аккаунта на Virtual Market, откройте ссылку:\n\n{link}\n\nСсылка действует один \
         раз, в течение 30 минут. Если вы этого не просили, не обращайте внимания на это письмо: пароль не изменён.",
    ),
];

const CHANGED: [Three; 3] = [
    HELLO,
    Three("Parolunuz dəyişdirildi", "Your password was changed", "Ваш пароль изменён"),
    Three(
        "Virtual Market-dəki hesabınızın parolu indicə dəyişdirildi və başqa cihazlardakı sessiyalar bağlandı.\n\nBunu \
         siz etməmisinizsə, dərhal yeni parol təyin edin:\n{link}",
        "The password of your account on Virtual Market has just been changed, and other devices were signed \
         out.\n\nIf it was not you, set a new password at once:\n{link}",
        "Пароль вашего аккаунта на Virtual Market только что изменён, на других устройствах выполнен выход.\n\nЕсли \
         это были не вы, сразу задайте новый пароль:\n{link}",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mail_has_its_link_in_each_language() {
        for lang in Lang::ALL {
            let verify = Letter::VerifyEmail { token: "abc".into() }.words(lang, "https://market.az/");
            assert!(verify.body.contains("\nhttps://market.az/verify-email?token=abc\n"), "{}", verify.body);
            let reset = Letter::ResetPassword { token: "abc".into() }.words(lang, "https://market.az");
            assert!(reset.body.contains("\nhttps://market.az/reset-password?token=abc\n"), "{}", reset.body);
            for letter in [Letter::AddressTaken, Letter::PasswordChanged] {
                let words = letter.words(lang, "https://market.az");
                assert!(words.body.contains("\nhttps://market.az/forgot-password\n"), "{}", words.body);
                assert!(!words.body.contains('{') && !words.subject.is_empty());
            }
        }
    }
}
