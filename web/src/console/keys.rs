//! The keys of the partner's programs: making, rotating, revoking, and how each fares.

mod making;

use leptos::prelude::*;
use shared::{
    Code, Page,
    partner::{ApiKeyView, KeyError, KeyState, MadeApiKey, MemberRole},
};

use self::making::{make, rotate, show_once};
use super::{
    Desk,
    parts::{closed, console_page},
};
use crate::{
    api::{self, Failure},
    browser,
    components::{
        dialog::{confirm, dialog},
        icon::{Icon, icon},
        note,
        states::{empty, ghost_few, states},
    },
    format::{date, moment, number},
    language::{lang, say, tr},
    load::{Loader, load},
    names,
};

/// Days before the end of a key from which on it is said.
const SOON_DAYS: i64 = 14;

/// The page `/console/{slug}/keys`.
pub fn keys(desk: Desk) -> AnyView {
    let path = desk.api("/api-keys");
    let for_list = path.clone();
    let keys = load(move || api::api_keys(for_list.clone()));
    let writes = desk.is_active() && desk.may(MemberRole::Owner);
    let making = RwSignal::new(false);
    let made = RwSignal::new(None::<MadeApiKey>);
    let step = writes.then(|| {
        view! {
            <button type="button" class="button primary" data-testid="new-key" on:click=move |_| making.set(true)>
                {icon(Icon::Plus)}
                {tr!(keys.new)}
            </button>
        }
        .into_any()
    });
    let for_rows = path.clone();
    let list = states(keys, ghost_few, move |page: &Page<ApiKeyView>| {
        if page.items.is_empty() {
            return empty(Icon::Key, tr!(keys.none), tr!(keys.none_help), ().into_any());
        }
        let rows = page.items.iter().cloned().map(|key| row(key, &for_rows, writes, keys, made)).collect_view();
        view! { <ul class="stack">{rows}</ul> }.into_any()
    });
    let only_owners = (desk.is_active() && desk.role == Some(MemberRole::Editor))
        .then(|| note::plain(Icon::Info, || say!(keys.only_owners)));
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(made.with(Option::is_some)));
    let content = view! {
        {closed(&desk)}
        {only_owners}
        {list}
        <p class="quiet small">
            {tr!(keys.docs)}
            " "
            <a href="/docs" rel="external">{tr!(footer.api)}</a>
        </p>
        {dialog(making, "dialog", || say!(keys.new), move || make(path.clone(), making, made, keys))}
        {dialog(shown, "dialog", || say!(keys.made), move || show_once(made))}
    };
    console_page(tr!(keys.title), tr!(keys.lead), step, content.into_any())
}

/// A key with its health.
fn row(
    key: ApiKeyView,
    path: &str,
    writes: bool,
    keys: Loader<Page<ApiKeyView>>,
    made: RwSignal<Option<MadeApiKey>>,
) -> AnyView {
    let works = matches!(key.state, KeyState::Live | KeyState::Ending);
    let soon = key.state == KeyState::Live && (key.expires_at - browser::now()).num_days() < SOON_DAYS;
    let (state, mode) = (key.state, key.mode);
    let scopes = key.scopes.iter().map(|&scope| view! { <li class="pill">{move || names::scope(scope, lang())}</li> });
    let scopes = scopes.collect_view();
    let until = {
        let (expires, revoked) = (key.expires_at, key.revoked_at);
        move || match state {
            KeyState::Live | KeyState::Expired => say!(keys.until, date = date(expires, lang())),
            KeyState::Ending => say!(keys.ending_until, time = moment(revoked.unwrap_or(expires), lang())),
            KeyState::Revoked => say!(keys.revoked_on, time = moment(revoked.unwrap_or(expires), lang())),
        }
    };
    let used = {
        let last = key.last_used_at;
        move || last.map_or_else(|| say!(keys.never), |at| moment(at, lang()))
    };
    let (calls, refusals) = (key.calls, key.refusals);
    let tools = (writes && works).then(|| tools(&key, path, keys, made));
    view! {
        <li class="panel key" class:past=!works data-testid="key">
            <div class="panel-head">
                <div class="row-words">
                    <h2>{key.name.clone()}</h2>
                    <p class="row">
                        <span class="pill" class:good={state == KeyState::Live} class:soon={state == KeyState::Ending}>
                            {move || names::key_state(state, lang())}
                        </span>
                        <span class="pill">{move || names::key_mode(mode, lang())}</span>
                        <span class:warned=soon>{until}</span>
                    </p>
                </div>
                {tools}
            </div>
            <dl class="facts">
                <div><dt>{tr!(keys.last_used)}</dt><dd>{used}</dd></div>
                <div><dt>{tr!(keys.calls)}</dt><dd>{move || number(calls, lang())}</dd></div>
                <div><dt>{tr!(keys.refusals)}</dt><dd>{move || number(refusals, lang())}</dd></div>
            </dl>
            <ul class="chips">{scopes}</ul>
            {(works && key.maker_left).then(|| view! { <p class="warned">{tr!(keys.maker_left)}</p> })}
            {(!key.last_errors.is_empty()).then(|| errors(key.last_errors))}
        </li>
    }
    .into_any()
}

/// The last refused calls, so that a programmer sees what is wrong without asking.
fn errors(errors: Vec<KeyError>) -> AnyView {
    let line = |error: KeyError| {
        let KeyError { at, operation, status, code } = error;
        view! {
            <li>
                <p>
                    <strong>{status} " " {code.as_str()}</strong>
                    " · "
                    {move || moment(at, lang())}
                </p>
                <p><code>{operation}</code></p>
                <p class="quiet">{move || code_title(code)}</p>
            </li>
        }
    };
    view! {
        <details class="errors">
            <summary>{tr!(keys.last_errors)}</summary>
            <ul>{errors.into_iter().map(line).collect_view()}</ul>
        </details>
    }
    .into_any()
}

fn code_title(code: Code) -> &'static str {
    code.title(lang())
}

fn tools(key: &ApiKeyView, path: &str, keys: Loader<Page<ApiKeyView>>, made: RwSignal<Option<MadeApiKey>>) -> AnyView {
    let (rotating, revoking) = (RwSignal::new(false), RwSignal::new(false));
    let own = format!("{path}/{}", key.id);
    let rotate_path = format!("{own}/rotate");
    let revoke = move || {
        let own = own.clone();
        async move {
            api::remove(own).await?;
            keys.retry();
            Ok::<_, Failure>(())
        }
    };
    let live = key.state == KeyState::Live;
    view! {
        <div class="row-tools">
            {live
                .then(|| {
                    view! {
                        <button type="button" class="button small" data-testid="rotate" on:click=move |_| rotating.set(true)>
                            {tr!(keys.rotate)}
                        </button>
                    }
                })}
            <button type="button" class="button small" data-testid="revoke" on:click=move |_| revoking.set(true)>{tr!(keys.revoke)}</button>
        </div>
        {dialog(rotating, "dialog", || say!(keys.rotate_title), move || rotate(rotate_path.clone(), rotating, made, keys))}
        {confirm(
            revoking,
            || say!(keys.revoke_title),
            || say!(keys.revoke_help),
            || say!(keys.revoke),
            revoke,
        )}
    }
    .into_any()
}
