//! Signing in, and back to where one was.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::account::{Login, Me};

use super::is_console;
use crate::{
    api, browser,
    components::{
        field::{Field, Input, no_help},
        form::Form,
        page::heading,
    },
    language::tr,
    session,
};

/// Where to go after signing in: a path of this site alone, so that no link can lead people elsewhere.
pub fn next() -> String {
    let next = use_query_map().with_untracked(|q| q.get("next")).unwrap_or_default();
    if is_own_path(&next) { next } else { "/".to_owned() }
}

fn is_own_path(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !path.chars().any(|c| c.is_control() || c == '\\')
}

/// The page `/sign-in`.
pub fn sign_in() -> AnyView {
    let form = Form::new("sign-in");
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let next = next();
    let navigate = use_navigate();
    let target = next.clone();
    let submit = form.on_submit(
        move || Login { email: email.get_untracked().trim().to_owned(), password: password.get_untracked() },
        |input| async move { api::login(&input).await },
        move |me: Me| {
            session::entered(me);
            if is_console(&target) {
                browser::leave_for(&target);
            } else {
                navigate(&target, NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
        },
    );
    view! {
        <div class="narrow">
            {heading(tr!(auth.sign_in), None::<fn() -> &'static str>)}
            <form class="form" novalidate on:submit=submit>
                {form.summary()}
                <Field form
                    name="email"
                    input=Input::Email
                    label=tr!(auth.email)
                    help=no_help
                    autocomplete="username"
                    value=email
                />
                <Field form
                    name="password"
                    input=Input::Password
                    label=tr!(auth.password)
                    help=no_help
                    autocomplete="current-password"
                    value=password
                />
                <p class="aside"><a href="/forgot-password">{tr!(auth.forgot)}</a></p>
                {form.button(tr!(auth.sign_in_do))}
            </form>
            <p class="aside centred">
                {tr!(auth.no_account)}
                " "
                <a href=format!("/sign-up?next={}", api::encode(&next))>{tr!(auth.sign_up_do)}</a>
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn only_paths_of_this_site_are_gone_to() {
        for good in ["/", "/claims", "/offers/0192?x=/y"] {
            assert!(is_own_path(good), "{good}");
        }
        for bad in ["", "//evil.az", "/\\evil.az", "https://evil.az", "claims", "/\t/evil.az", "/a\\b"] {
            assert!(!is_own_path(bad), "{bad}");
        }
    }
}
