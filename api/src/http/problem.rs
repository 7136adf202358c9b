//! Errors as problem documents (RFC 9457), in the one place where that is done.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use bytes::Bytes;
use shared::{Code, Lang, Problem};

use super::finish::RequestId;
use crate::error::Error;

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Only the status: the document needs the request's language and id, which `finish` knows.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The language of the answer.
pub fn lang(request: &HttpRequest) -> Lang {
    negotiate(request.headers().get(header::ACCEPT_LANGUAGE))
}

fn negotiate(accepted: Option<&HeaderValue>) -> Lang {
    accepted.and_then(|v| v.to_str().ok()).map_or(Lang::Az, Lang::negotiate)
}

/// What of a request goes into a problem document. It is noted before the request is handled: actix wants the request
/// for itself while it finds the route.
#[derive(Clone, Debug)]
pub struct Asked {
    pub request_id: RequestId,
    pub path: String,
    pub accept_language: Option<HeaderValue>,
}

/// The document for an error.
fn document(error: &Error, asked: &Asked) -> Problem {
    let lang = negotiate(asked.accept_language.as_ref());
    Problem {
        kind: format!("/problems/{}", error.code.as_str()),
        title: error.code.title(lang).to_owned(),
        status: error.code.status(),
        detail: detail(error, lang),
        code: error.code,
        instance: asked.path.clone(),
        request_id: asked.request_id.as_str().to_owned(),
        errors: error.violations.iter().map(|v| v.localised(lang)).collect(),
        extra: error.extra.clone(),
    }
}

/// What to do next, for the codes where the title alone does not say it.
fn detail(error: &Error, lang: Lang) -> Option<String> {
    let text = match error.code {
        // A file in a body that could not be read: what is wrong with it, and what to do.
        Code::MalformedRequest => {
            let failure = error.extra.get("failure")?;
            let said = |name: &str| failure.get(name).and_then(serde_json::Value::as_str);
            return Some(format!("{}. {}", said("message")?, said("remedy")?));
        }
        Code::RateLimited | Code::Overloaded | Code::UploadElsewhere => {
            let seconds = error.retry_after.unwrap_or(1).to_string();
            return Some(
                lang.pick("{} saniyədən sonra yenidən cəhd edin.", "Try again in {} seconds.", "Повторите через {} с.")
                    .replace("{}", &seconds),
            );
        }
        // It says by itself what to send instead.
        Code::StaleVersion if !error.violations.is_empty() => {
            return error.violations.first().map(|wrong| wrong.localised(lang).message);
        }
        Code::StaleVersion => lang.pick(
            "Yenidən oxuyun, dəyişikliyinizi yeni versiyaya tətbiq edin.",
            "Read it again and apply your change to the new version.",
            "Прочитайте заново и примените изменение к новой версии.",
        ),
        Code::PreconditionRequired => lang.pick(
            "Oxuduğunuz versiyanın ETag dəyərini If-Match başlığında göndərin.",
            "Send the ETag of the version that you read as If-Match.",
            "Отправьте ETag прочитанной версии в заголовке If-Match.",
        ),
        Code::InvalidToken => lang.pick(
            "Yeni məktub istəyin və ondakı keçidə basın.",
            "Ask for a new mail and follow the link in it.",
            "Запросите новое письмо и перейдите по ссылке в нём.",
        ),
        Code::Internal => lang.pick(
            "Bir azdan yenidən cəhd edin. Kömək lazımdırsa, sorğunun nömrəsini bizə yazın.",
            "Try again in a while. If you need help, tell us the request id.",
            "Повторите позже. Если нужна помощь, сообщите нам номер запроса.",
        ),
        _ => return None,
    };
    Some(text.to_owned())
}

/// The response for an error, ready to be sent.
pub fn response(error: &Error, asked: &Asked) -> HttpResponse {
    let mut response = HttpResponse::build(error.status_code());
    response.content_type("application/problem+json");
    if let Some(seconds) = error.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    match error.code {
        Code::Unauthenticated | Code::InvalidCredentials | Code::SessionEnded => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        Code::MethodNotAllowed => {
            if let Some(allow) = error.extra.get("allow").and_then(|a| a.as_str()) {
                response.insert_header((header::ALLOW, allow));
            }
        }
        _ => {}
    }
    response.body(bytes(error, asked))
}

/// The document for an error, as it is sent.
pub fn bytes(error: &Error, asked: &Asked) -> Bytes {
    serde_json::to_vec(&document(error, asked)).unwrap_or_default().into()
}
