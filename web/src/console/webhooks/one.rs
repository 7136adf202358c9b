//! One webhook: how it fares, what it is told, its secret, what became of each message.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use shared::{
    partner::MemberRole,
    webhook::{ChangeWebhook, Delivery, DeliveryState, DisabledReason, Webhook},
};

use super::{
    super::{Desk, parts::closed},
    change::{edit, rotate},
    deliveries::{attempt, deliveries},
    standing,
};
use crate::{
    api::{self, Failure, Tagged},
    components::{
        action::action,
        dialog::{confirm, dialog},
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_text, page_states},
    },
    format::moment,
    language::{lang, say, tr},
    load::{Loader, load},
    names,
};

/// The page `/console/{slug}/webhooks/{id}`.
pub fn webhook(desk: Desk) -> AnyView {
    let id = use_params_map().with_untracked(|p| p.get("id")).unwrap_or_default();
    let path = desk.api(&format!("/webhooks/{id}"));
    let for_load = path.clone();
    let hook = load(move || api::webhook(for_load.clone()));
    titled(|| say!(hooks.title));
    let back = desk.href("/webhooks");
    // What is being written stays when it is loaded again; only another version draws it anew.
    let rounds = RwSignal::new(0_u32);
    let of_log = path.clone();
    let writes = desk.is_active() && desk.may(MemberRole::Owner);
    view! {
        <div class="console-page">
            <nav class="crumbs"><a href=back>{icon(Icon::Left)}{tr!(hooks.title)}</a></nav>
            {closed(&desk)}
            {page_states(hook, ghost_text, move |tagged| show(tagged, &desk, &path, hook, rounds))}
            {deliveries(of_log, writes, rounds)}
        </div>
    }
    .into_any()
}

fn show(
    tagged: &Tagged<Webhook>,
    desk: &Desk,
    path: &str,
    loader: Loader<Tagged<Webhook>>,
    rounds: RwSignal<u32>,
) -> AnyView {
    let hook = &tagged.value;
    let writes = desk.is_active() && desk.may(MemberRole::Owner);
    let name = hook.description.clone().unwrap_or_else(|| hook.url.clone());
    let old_secret = hook
        .old_secret_until
        .map(|until| note::plain(Icon::Clock, move || say!(hooks.old_secret, time = moment(until, lang()))));
    let kinds = hook.kinds.iter().map(|&kind| view! { <li class="pill">{move || names::event(kind, lang())}</li> });
    view! {
        <section class="panel">
            <div class="panel-head">
                <div class="row-words">
                    <h1 class="panel-title" tabindex="-1">{name}</h1>
                    {hook.description.is_some().then(|| view! { <p class="breaks">{hook.url.clone()}</p> })}
                    <p>{standing(hook)}</p>
                </div>
                {writes.then(|| tools(tagged, desk, path, loader, rounds))}
            </div>
            {trouble(hook)}
            {old_secret}
            <ul class="chips">{kinds.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What is wrong with it, and what helps.
fn trouble(hook: &Webhook) -> Option<AnyView> {
    if let (false, Some(reason)) = (hook.enabled, hook.disabled_reason) {
        let at = hook.disabled_at;
        let words = move || {
            let why = match reason {
                DisabledReason::ByHand => say!(hooks.off_by_hand),
                DisabledReason::Failing => say!(hooks.off_failing),
                DisabledReason::Gone => say!(hooks.off_gone),
            };
            at.map_or_else(|| why.clone(), |at| format!("{} ({})", why, moment(at, lang())))
        };
        return Some(view! { <p class="reason block warn">{icon(Icon::Warn)}<span>{words}</span></p> }.into_any());
    }
    hook.failing_since.map(|since| {
        let words = move || say!(hooks.failing_since, time = moment(since, lang()));
        view! { <p class="reason block warn">{icon(Icon::Warn)}<span>{words}</span></p> }.into_any()
    })
}

fn tools(
    tagged: &Tagged<Webhook>,
    desk: &Desk,
    path: &str,
    loader: Loader<Tagged<Webhook>>,
    rounds: RwSignal<u32>,
) -> AnyView {
    let (editing, rotating, removing) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let enabled = tagged.value.enabled;
    let switch = {
        let (path, tag) = (path.to_owned(), tagged.tag.clone());
        move || {
            busy.set(true);
            failure.set(None);
            let (path, tag) = (path.clone(), tag.clone());
            let input = ChangeWebhook { enabled: Some(!enabled), ..ChangeWebhook::default() };
            spawn_local(async move {
                let answer = api::change_webhook(path, &input, tag).await;
                busy.try_set(false);
                match answer {
                    Ok(hook) => loader.put(hook),
                    Err(problem) => _ = failure.try_set(Some(problem)),
                }
            });
        }
    };
    let remove = {
        let (path, list, navigate, tag) = (path.to_owned(), desk.href("/webhooks"), use_navigate(), tagged.tag.clone());
        move || {
            let (path, list, navigate, tag) = (path.clone(), list.clone(), navigate.clone(), tag.clone());
            async move {
                api::remove_tagged(path, tag).await?;
                navigate(&list, NavigateOptions { replace: true, ..NavigateOptions::default() });
                Ok(())
            }
        }
    };
    let (hook, for_secret) = (tagged.clone(), path.to_owned());
    let own = path.to_owned();
    // The page is drawn anew when the secret has been put away, not before.
    let rotated = RwSignal::new(false);
    Effect::new(move |_| {
        if !rotating.get() && rotated.get_untracked() {
            loader.retry();
        }
    });
    view! {
        <div class="row-tools">
            {test(path.to_owned(), rounds)}
            <button type="button" class="button small" data-testid="edit" on:click=move |_| editing.set(true)>{tr!(hooks.edit)}</button>
            <button type="button" class="button small" data-testid="rotate" on:click=move |_| rotating.set(true)>{tr!(hooks.rotate)}</button>
            <span data-testid="switch">
                {action(
                    "button small",
                    move || if enabled { say!(hooks.switch_off) } else { say!(hooks.switch_on) },
                    busy.into(),
                    switch,
                )}
            </span>
            <button type="button" class="button small" data-testid="remove" on:click=move |_| removing.set(true)>{tr!(hooks.remove)}</button>
        </div>
        {note::refused(failure)}
        {dialog(editing, "dialog", || say!(hooks.edit_title), move || edit(hook.clone(), own.clone(), editing, loader))}
        {dialog(rotating, "dialog", || say!(hooks.rotate_title), move || rotate(for_secret.clone(), rotating, rotated))}
        {confirm(removing, || say!(hooks.remove_title), || say!(hooks.remove_help), || say!(hooks.remove), remove)}
    }
    .into_any()
}

/// Sends a test message now, and says what became of it.
fn test(path: String, rounds: RwSignal<u32>) -> AnyView {
    let (busy, open) = (RwSignal::new(false), RwSignal::new(false));
    let result = RwSignal::new(None::<Result<Delivery, Failure>>);
    let run = move || {
        busy.set(true);
        let path = path.clone();
        spawn_local(async move {
            let answer = api::test_webhook(path).await;
            busy.try_set(false);
            result.try_set(Some(answer));
            open.try_set(true);
            rounds.try_update(|n| *n += 1);
        });
    };
    let content = move || match result.get_untracked() {
        Some(Ok(delivery)) => tested(delivery),
        Some(Err(failure)) => note::refused(RwSignal::new(Some(failure))),
        None => ().into_any(),
    };
    view! {
        <span data-testid="test">{action("button small primary", || say!(hooks.test), busy.into(), run)}</span>
        {dialog(open, "dialog", || say!(hooks.tested), content)}
    }
    .into_any()
}

fn tested(delivery: Delivery) -> AnyView {
    let words = match delivery.state {
        DeliveryState::Delivered => note::good(Icon::Check, || say!(hooks.test_good)),
        DeliveryState::Waiting if delivery.attempts.is_empty() => note::plain(Icon::Clock, || say!(hooks.test_waits)),
        _ => view! { <p class="reason bad">{icon(Icon::Warn)}<span>{tr!(hooks.test_bad)}</span></p> }.into_any(),
    };
    let last = delivery.attempts.last().cloned().map(attempt);
    view! { {words} {last} }.into_any()
}
