//! Problem documents (RFC 9457) and the one list of error codes, with their statuses and titles.

use serde::{Deserialize, Serialize};

use crate::text::Lang;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal, $text:literal, [$az:literal, $en:literal, $ru:literal];)+) => {
        /// Every error code that the API answers, stable for programs. The texts are for people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All codes, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// As it stands in the document: `quota_exhausted`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it means, for the OpenAPI document.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }

            /// A short sentence for people.
            pub const fn title(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => match lang { Lang::Az => $az, Lang::En => $en, Lang::Ru => $ru },)+ }
            }
        }
    };
}

codes! {
    /// The request could not be read: broken JSON, bad encoding, a bad header.
    MalformedRequest = 400, "malformed_request", ["Sorğu oxunmadı", "The request could not be read", "Запрос не удалось прочитать"];
    /// A query parameter is unknown or has a value that is not allowed.
    InvalidQuery = 400, "invalid_query", ["Ünvandakı parametr yanlışdır", "A query parameter is wrong", "Неверный параметр запроса"];
    /// The cursor is not one that this list gave out.
    InvalidCursor = 400, "invalid_cursor", ["Siyahının davamı tapılmadı", "The cursor is not valid", "Недействительный курсор"];
    /// No credentials, or none that are valid.
    Unauthenticated = 401, "unauthenticated", ["Daxil olmaq lazımdır", "Please sign in", "Нужно войти"];
    /// The e-mail address and the password do not belong together.
    InvalidCredentials = 401, "invalid_credentials", ["E-poçt və ya parol yanlışdır", "The e-mail address or the password is wrong", "Неверная почта или пароль"];
    /// The session has ended: it expired, was signed out, or its refresh token was used twice.
    SessionEnded = 401, "session_ended", ["Sessiya bitib, yenidən daxil olun", "Your session has ended, please sign in again", "Сеанс завершён, войдите снова"];
    /// Known, but not allowed to do this.
    Forbidden = 403, "forbidden", ["Buna icazəniz yoxdur", "You are not allowed to do this", "У вас нет на это прав"];
    /// A changing request with a cookie came from another site (CSRF).
    CrossSite = 403, "cross_site", ["Sorğu başqa saytdan gəlib", "The request came from another site", "Запрос пришёл с другого сайта"];
    /// The e-mail address must be confirmed first.
    EmailNotVerified = 403, "email_not_verified", ["Əvvəlcə e-poçtunuzu təsdiqləyin", "Please confirm your e-mail address first", "Сначала подтвердите почту"];
    /// The claimant does not meet the offer's rules; `rules` names those not met.
    NotEligible = 403, "not_eligible", ["Bu təklif sizin üçün deyil", "You are not eligible for this offer", "Это предложение вам недоступно"];
    /// The partner is not active: its application is open or refused, or it is suspended; `state` says which.
    PartnerNotActive = 403, "partner_not_active", ["Tərəfdaş hazırda fəal deyil", "The partner is not active now", "Партнёр сейчас не активен"];
    /// The invitation was sent to another address than that of the account; `email_hint` says which.
    WrongAccount = 403, "wrong_account", ["Dəvət başqa ünvana göndərilib", "The invitation was sent to another address", "Приглашение отправлено на другой адрес"];
    /// Absent, or not yours to see.
    NotFound = 404, "not_found", ["Tapılmadı", "Not found", "Не найдено"];
    /// The address exists, but not with this method; `Allow` names those that do.
    MethodNotAllowed = 405, "method_not_allowed", ["Bu əməliyyat burada yoxdur", "This method is not allowed here", "Этот метод здесь недоступен"];
    /// None of the formats in `Accept` can be given.
    NotAcceptable = 406, "not_acceptable", ["Belə format yoxdur", "None of the formats you accept is available", "Нет подходящего формата"];
    /// The whole request did not arrive in time.
    RequestTimeout = 408, "request_timeout", ["Sorğu vaxtında çatmadı", "The request did not arrive in time", "Запрос не пришёл вовремя"];
    /// All units of the offer are taken in this period.
    QuotaExhausted = 409, "quota_exhausted", ["Hamısı götürülüb", "All units have been taken", "Всё уже разобрано"];
    /// The claimant has claimed this offer already; `claim_id` and `next_available_at` say which and when again.
    AlreadyClaimed = 409, "already_claimed", ["Siz bunu artıq götürmüsünüz", "You have claimed this already", "Вы это уже получили"];
    /// The offer is not open: not yet, paused, or over.
    OfferNotOpen = 409, "offer_not_open", ["Təklif hazırda açıq deyil", "The offer is not open now", "Предложение сейчас не открыто"];
    /// The claim's state does not allow this action.
    ClaimNotActive = 409, "claim_not_active", ["Bu kodla bunu etmək olmur", "The claim is no longer active", "С этим кодом так нельзя"];
    /// The redemption's state does not allow this action: its hold was released or ran out, or it was undone; `state` says
    /// how it stands.
    RedemptionConflict = 409, "redemption_conflict", ["Bu əməliyyat artıq bağlanıb", "This redemption no longer allows it", "Эта операция уже закрыта"];
    /// The time in which a redemption can be undone is over; `undo_until` says when it ended.
    UndoWindowOver = 409, "undo_window_over", ["Geri qaytarma vaxtı bitib", "It is too late to undo this", "Время для отмены истекло"];
    /// The offer's state does not allow this action; `state` and `allowed` say what is.
    StateConflict = 409, "state_conflict", ["İndiki vəziyyətdə bunu etmək olmur", "The present state does not allow this", "Текущее состояние этого не позволяет"];
    /// The offer hands out no codes of the partner's own: its `fulfilment` is not `code_pool`.
    NoCodePool = 409, "no_code_pool", ["Bu təklif öz kodlarınızı vermir", "This offer does not hand out your own codes", "Это предложение не выдаёт ваши коды"];
    /// Something with this name exists already.
    AlreadyExists = 409, "already_exists", ["Bu artıq var", "This exists already", "Это уже существует"];
    /// The partner would be left without an owner.
    LastOwner = 409, "last_owner", ["Tərəfdaşın ən azı bir sahibi olmalıdır", "The partner needs at least one owner", "У партнёра должен быть хотя бы один владелец"];
    /// Two keys of this mode are live already.
    TooManyKeys = 409, "too_many_keys", ["Artıq iki işlək açar var", "Two keys are live already", "Уже есть два действующих ключа"];
    /// As many of these as there may be at once are there already; `max` says how many.
    LimitReached = 409, "limit_reached", ["Bundan artıq olmaz", "There may be no more of these", "Больше нельзя"];
    /// The partner has as many unfinished uploads as it may have; `max` says how many that is.
    TooManyImports = 409, "too_many_imports", ["Əvvəlki yükləmələr hələ bitməyib", "Earlier uploads are not finished yet", "Предыдущие загрузки ещё не завершены"];
    /// The partner's unfinished uploads take all the room that its uploads have; `limit_bytes` and `used_bytes` say how much.
    UploadsFull = 409, "uploads_full", ["Yükləmələr üçün ayrılmış yer dolub, əvvəlkilərin bitməsini gözləyin", "There is no room for uploads until earlier ones are finished", "Место для загрузок занято, дождитесь завершения предыдущих"];
    /// The first request with this `Idempotency-Key` is still running.
    IdempotencyInProgress = 409, "idempotency_in_progress", ["Eyni sorğu hələ icra olunur", "The same request is still running", "Такой же запрос ещё выполняется"];
    /// `If-Match` names another version than the present one.
    StaleVersion = 412, "stale_version", ["Bu arada dəyişdirilib", "It has been changed in the meantime", "За это время изменено"];
    /// The body is larger than allowed.
    PayloadTooLarge = 413, "payload_too_large", ["Göndərilən həddindən böyükdür", "The body is too large", "Слишком большой запрос"];
    /// The address is longer than allowed.
    UriTooLong = 414, "uri_too_long", ["Ünvan həddindən uzundur", "The address is too long", "Слишком длинный адрес"];
    /// The body's `Content-Type` (or encoding) is not one that this endpoint reads.
    UnsupportedMediaType = 415, "unsupported_media_type", ["Bu format qəbul olunmur", "This media type is not supported", "Этот формат не поддерживается"];
    /// Readable, but fields are wrong; `errors` names each place.
    InvalidInput = 422, "invalid_input", ["Bəzi sahələri düzəltmək lazımdır", "Some fields need to be corrected", "Исправьте некоторые поля"];
    /// Codes of the upload are refused and none was taken; `problems` names them line by line, `refused` counts them.
    CodesRefused = 422, "codes_refused", ["Bəzi kodlar qəbul olunmadı", "Some codes were refused", "Некоторые коды не приняты"];
    /// The link from the e-mail has expired or was used.
    InvalidToken = 422, "invalid_token", ["Keçidin vaxtı keçib və ya istifadə olunub", "The link has expired or was used", "Ссылка устарела или уже использована"];
    /// The same `Idempotency-Key` came with another body.
    IdempotencyKeyReused = 422, "idempotency_key_reused", ["Açar başqa sorğu üçün işlənib", "The key was used for another request", "Ключ уже использован для другого запроса"];
    /// A change needs `If-Match` with the version that was read.
    PreconditionRequired = 428, "precondition_required", ["Versiya göstərilməlidir", "If-Match is required", "Нужно указать версию"];
    /// Too many requests; `Retry-After` says how many seconds to wait.
    RateLimited = 429, "rate_limited", ["Çox tez-tez, bir az gözləyin", "Too many requests, please wait a little", "Слишком часто, немного подождите"];
    /// The header fields are larger than allowed.
    HeadersTooLarge = 431, "headers_too_large", ["Başlıqlar həddindən böyükdür", "The header fields are too large", "Слишком большие заголовки"];
    /// The server failed; the request id helps to find out why.
    Internal = 500, "internal", ["Bizdə xəta baş verdi", "Something went wrong on our side", "У нас произошла ошибка"];
    /// The uploaded file lies with another of the servers that serve together; `Retry-After` says when to try again.
    UploadElsewhere = 503, "upload_elsewhere", ["Fayl başqa serverdədir, bir az sonra cəhd edin", "The file lies with another server, please try again shortly", "Файл на другом сервере, попробуйте чуть позже"];
    /// The storage cannot take a write now: its disk is full or failing, or the database cannot be reached. Nothing was
    /// written; `Retry-After` says when to try again.
    StorageUnavailable = 503, "storage_unavailable", ["Hazırda yadda saxlamaq olmur, bir az sonra cəhd edin", "Nothing can be saved right now, please try again shortly", "Сейчас сохранить не получается, попробуйте чуть позже"];
    /// The server is shedding load or stopping; `Retry-After` says when to try again.
    Overloaded = 503, "overloaded", ["Server hazırda doludur, bir az sonra cəhd edin", "The server is busy, please try again shortly", "Сервер занят, попробуйте чуть позже"];
}

macro_rules! field_codes {
    ($($(#[$doc:meta])+ $name:ident, [$az:literal, $en:literal, $ru:literal];)+) => {
        /// What is wrong with one field. `{min}` and `{max}` in the texts stand for the bounds, `{point}` for a character.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum FieldCode {
            $($(#[$doc])+ $name,)+
        }

        impl FieldCode {
            /// The sentence with its bounds still open.
            pub(crate) const fn template(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => match lang { Lang::Az => $az, Lang::En => $en, Lang::Ru => $ru },)+ }
            }
        }
    };
}

field_codes! {
    /// It is missing.
    Required, ["Bu sahə lazımdır", "This is required", "Это поле обязательно"];
    /// It is shorter than `{min}` characters.
    TooShort, ["Ən azı {min} simvol olmalıdır", "Use at least {min} characters", "Не менее {min} символов"];
    /// It is longer than `{max}` characters, or has more than `{max}` entries.
    TooLong, ["Ən çoxu {max} ola bilər", "At most {max} are allowed", "Не более {max}"];
    /// A number outside `{min}`–`{max}`.
    OutOfRange, ["{min} ilə {max} arasında olmalıdır", "It must be from {min} to {max}", "Должно быть от {min} до {max}"];
    /// Not in the form that is needed.
    InvalidFormat, ["Düzgün yazılmayıb", "This is not in the right form", "Неверный формат"];
    /// A character that nobody sees, or that turns the text around it.
    InvisibleCharacter, ["Mətndə görünməyən işarə var: {point}. Onu silin və ya mətni yenidən yazın", "There is an invisible character in the text: {point}. Remove it, or type the text again", "В тексте есть невидимый символ: {point}. Удалите его или наберите текст заново"];
    /// A name with a word of letters from two alphabets, which looks like another one.
    MixedScripts, ["Bir sözdə latın və kiril hərfləri qarışıb, sözü bir əlifba ilə yazın", "A word mixes Latin with other letters, write it in one alphabet", "В одном слове смешаны латинские и другие буквы, напишите его одним алфавитом"];
    /// A weak entity tag, which no change can be made for.
    WeakTag, ["W/ ilə başlayan zəif etiketdir; dəyişiklik üçün oxuduğunuz ETag dəyərini olduğu kimi göndərin", "This is a weak tag (W/…), which never matches here; send the ETag as you read it", "Это слабый тег (W/…), для изменений он не подходит; отправьте ETag в том виде, в каком прочитали"];
    /// Not an e-mail address.
    InvalidEmail, ["E-poçt ünvanını düzgün yazın, məsələn ad@mekteb.az", "Enter an e-mail address such as name@school.az", "Введите адрес почты, например name@school.az"];
    /// Not an `https` address.
    HttpsOnly, ["Ünvan https:// ilə başlamalıdır", "The address must begin with https://", "Адрес должен начинаться с https://"];
    /// An address that is not on the public internet.
    PrivateAddress, ["Bu ünvana internetdən çatmaq olmur", "This address cannot be reached from the internet", "Этот адрес недоступен из интернета"];
    /// A password that is too easily guessed.
    WeakPassword, ["Bu parolu tapmaq asandır, başqasını seçin", "This password is easily guessed, choose another", "Этот пароль легко угадать, выберите другой"];
    /// The present password is wrong.
    WrongPassword, ["İndiki parol yanlışdır", "The present password is wrong", "Текущий пароль неверен"];
    /// Another type of value is needed.
    WrongType, ["Dəyərin növü yanlışdır", "The value has the wrong type", "Неверный тип значения"];
    /// Not one of the allowed values.
    UnknownValue, ["Belə dəyər yoxdur", "This is not one of the allowed values", "Такого значения нет"];
    /// A field that does not exist here.
    UnknownField, ["Belə sahə yoxdur", "There is no such field", "Такого поля нет"];
    /// It must be later than the other time.
    NotAfter, ["Başlanğıcdan sonra olmalıdır", "It must be later than the start", "Должно быть позже начала"];
    /// It must be less than the other amount.
    NotLess, ["Əvvəlkindən az olmalıdır", "It must be less than the former one", "Должно быть меньше прежнего"];
    /// The same entry twice.
    Duplicate, ["Təkrarlanır", "It is there twice", "Повторяется"];
    /// A name that is kept back.
    Reserved, ["Bu ad ayrılıb, başqasını seçin", "This name is kept back, choose another", "Это имя зарезервировано, выберите другое"];
    /// It does not go together with another field.
    NotAllowed, ["Bu halda olmamalıdır", "It is not allowed here", "Здесь недопустимо"];
}

/// One wrong field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where: a JSON pointer into the body (RFC 6901), `?name` for a query parameter, or `#Name` for a header.
    #[cfg_attr(feature = "openapi", schema(example = "/quota"))]
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: FieldCode,
    /// What is wrong, for people, in the language of the request.
    pub message: String,
}

/// A problem document (RFC 9457), `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI for the kind of problem, relative to the server: `/problems/quota_exhausted`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(example = "/problems/quota_exhausted"))]
    pub kind: String,
    /// A short sentence in the language of the request.
    pub title: String,
    /// The HTTP status, again.
    pub status: u16,
    /// What to do about it, in the language of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// For programs.
    pub code: Code,
    /// The path that was asked for.
    pub instance: String,
    /// Also in the header `X-Request-Id`.
    pub request_id: String,
    /// For input that is wrong: each wrong place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What belongs to the code, such as `claim_id`, `next_available_at`, `waiting_list`, `rules`, `allowed`.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(additional_properties))]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_json_is_the_name_in_the_list() {
        for code in Code::ALL {
            let json = serde_json::to_value(code).unwrap_or_default();
            assert_eq!(json, code.as_str());
            assert!((400..600).contains(&code.status()), "{code:?}");
            for lang in Lang::ALL {
                assert!(!code.title(lang).is_empty(), "{code:?} {lang:?}");
            }
        }
    }
}
