//! The two cookies of a session, which the page never sees: access and refresh token (RFC 6265bis).

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::{
    caller::{SESSION_COOKIE, SESSION_COOKIE_PLAIN},
    session::IDLE,
};

/// The cookie of the refresh token, over TLS. It goes to `/api/v1/auth` alone, so `__Host-` would not fit.
const REFRESH_COOKIE: &str = "__Secure-vm_refresh";
/// The same on plain-http loopback.
const REFRESH_COOKIE_PLAIN: &str = "vm_refresh";
/// Where the refresh token is sent.
const REFRESH_PATH: &str = "/api/v1/auth";

/// How cookies are made: with or without TLS.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    pub https: bool,
}

impl Cookies {
    /// Both cookies. They last as long as the session can be idle; the tokens in them have ends of their own. The one
    /// of the access token outlives it, so that the server can tell an expired session from none.
    pub fn of(self, access: String, refresh: String) -> [Cookie<'static>; 2] {
        let age = Duration::seconds(IDLE.num_seconds());
        [
            self.cookie(self.access_name(), access, "/", age),
            self.cookie(self.refresh_name(), refresh, REFRESH_PATH, age),
        ]
    }

    /// What takes both away.
    pub fn none(self) -> [Cookie<'static>; 2] {
        [
            self.cookie(self.access_name(), String::new(), "/", Duration::ZERO),
            self.cookie(self.refresh_name(), String::new(), REFRESH_PATH, Duration::ZERO),
        ]
    }

    /// The refresh token that a request brings.
    pub fn refresh_of(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.refresh_name()).map(|c| c.value().to_owned()).filter(|v| !v.is_empty())
    }

    const fn access_name(self) -> &'static str {
        if self.https { SESSION_COOKIE } else { SESSION_COOKIE_PLAIN }
    }

    const fn refresh_name(self) -> &'static str {
        if self.https { REFRESH_COOKIE } else { REFRESH_COOKIE_PLAIN }
    }

    fn cookie(self, name: &'static str, value: String, path: &'static str, age: Duration) -> Cookie<'static> {
        Cookie::build(name, value)
            .path(path)
            .max_age(age)
            .secure(self.https)
            .http_only(true)
            .same_site(SameSite::Strict)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_locked_down() {
        let [access, refresh] = Cookies { https: true }.of("a".into(), "r".into()).map(|c| c.to_string());
        assert_eq!(access, "__Host-vm_session=a; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1209600");
        assert!(refresh.starts_with("__Secure-vm_refresh=r; HttpOnly; SameSite=Strict; Secure; Path=/api/v1/auth;"));
        let [access, _] = Cookies { https: false }.none().map(|c| c.to_string());
        assert_eq!(access, "vm_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }
}
