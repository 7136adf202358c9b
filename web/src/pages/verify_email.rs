//! Confirming an e-mail address with the link of the mail.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::account::VerifyEmail;

use crate::{
    api,
    components::{
        icon::{Icon, icon},
        page::titled,
        states::{ghost_text, words},
    },
    language::{say, tr},
    load::{Load, load},
    session,
};

/// The page `/verify-email?token=`.
pub fn verify_email() -> AnyView {
    titled(|| say!(auth.verify_title));
    let token = use_query_map().with_untracked(|q| q.get("token"));
    let Some(token) = token.filter(|t| !t.is_empty()) else {
        return notice(Icon::Mail, false, tr!(auth.verify_title), || tr!(auth.verify_none)().to_owned());
    };
    let verified = load(move || {
        let input = VerifyEmail { token: Some(token.clone()) };
        async move {
            api::verify_email(&input).await?;
            session::refresh();
            Ok(())
        }
    });
    (move || match verified.get() {
        Load::Loading => view! { <div class="narrow">{ghost_text()}</div> }.into_any(),
        Load::Ready(()) => notice(Icon::Check, true, tr!(auth.verify_done), || tr!(auth.verify_done_help)().to_owned()),
        Load::Failed(failure) => notice(Icon::Warn, false, tr!(auth.verify_failed), move || {
            let (title, help) = words(&failure);
            format!("{title}. {help}")
        }),
    })
    .into_any()
}

fn notice(
    picture: Icon,
    good: bool,
    title: impl Fn() -> &'static str + Copy + Send + 'static,
    help: impl Fn() -> String + Send + 'static,
) -> AnyView {
    view! {
        <div class="notice page-notice" role="status">
            <span class="notice-icon" class:good=good>{icon(picture)}</span>
            <h1 tabindex="-1">{title}</h1>
            <p>{help}</p>
            // Where the link failed, the account has the button that sends the mail again.
            {if good {
                view! { <a class="button primary" href="/offers">{tr!(verb.all_offers)}</a> }.into_any()
            } else {
                view! { <a class="button primary" href="/account">{tr!(auth.verify_account)}</a> }.into_any()
            }}
        </div>
    }
    .into_any()
}
