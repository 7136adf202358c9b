//! The log: each message that was sent, what was answered, and the way to send it again.

use leptos::{prelude::*, task::spawn_local};
use shared::webhook::{Attempt, Delivery, DeliveryState};

use crate::{
    api::{self, Failure},
    components::{
        action::action,
        icon::{Icon, icon},
        note,
        states::{empty, ghost_few, states},
    },
    format::{moment, number},
    language::{lang, say, tr},
    load::load,
    names,
};

/// The deliveries of the webhook at `path`, the newest first; loaded again with each of `rounds`.
pub fn deliveries(path: String, writes: bool, rounds: RwSignal<u32>) -> AnyView {
    let state = RwSignal::new(None::<DeliveryState>);
    let more = RwSignal::new(Vec::<Delivery>::new());
    let next = RwSignal::new(None::<String>);
    let for_load = path.clone();
    let first = load(move || {
        rounds.track();
        let (path, state) = (for_load.clone(), state.get());
        async move {
            let page = api::deliveries(path, state, None).await?;
            more.set(Vec::new());
            next.set(page.next_cursor.clone());
            Ok(page.items)
        }
    });
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let for_more = path.clone();
    let load_more = move || {
        busy.set(true);
        let (path, cursor) = (for_more.clone(), next.get_untracked());
        spawn_local(async move {
            let answer = api::deliveries(path, state.get_untracked(), cursor).await;
            busy.try_set(false);
            match answer {
                Ok(page) => {
                    more.try_update(|more| more.extend(page.items));
                    next.try_set(page.next_cursor);
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let filters = std::iter::once(None).chain(DeliveryState::ALL.iter().copied().map(Some)).map(move |one| {
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (state.get() == one).to_string()
                on:click=move |_| state.set(one)
            >
                {move || one.map_or_else(|| tr!(hooks.all)(), |state| names::delivery_state(state, lang()))}
            </button>
        }
    });
    let of_first = path.clone();
    let list = states(first, ghost_few, move |items: &Vec<Delivery>| {
        if items.is_empty() {
            return empty(Icon::Mail, tr!(hooks.no_deliveries), tr!(hooks.no_deliveries_help), ().into_any());
        }
        let rows = items.iter().cloned().map(|one| row(one, &of_first, writes, rounds)).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    });
    let further = move || more.get().into_iter().map(|one| row(one, &path, writes, rounds)).collect_view();
    let button = move || {
        let load_more = load_more.clone();
        next.get().map(move |_| action("button", || say!(verb.more), busy.into(), load_more))
    };
    view! {
        <section class="section">
            <div class="section-head">
                <h2>{tr!(hooks.deliveries)}</h2>
                <button type="button" class="button small" on:click=move |_| rounds.update(|n| *n += 1)>
                    {icon(Icon::Repeat)}
                    {tr!(verb.refresh)}
                </button>
            </div>
            <div class="chips" role="group" aria-label=tr!(hooks.filter)>{filters.collect_view()}</div>
            {list}
            <ul class="rows more-rows" hidden=move || more.with(Vec::is_empty)>{further}</ul>
            {note::refused(failure)}
            {button}
        </section>
    }
    .into_any()
}

fn row(delivery: Delivery, path: &str, writes: bool, rounds: RwSignal<u32>) -> AnyView {
    let (state, kind, at, next) = (delivery.state, delivery.kind, delivery.created_at, delivery.next_attempt_at);
    let tries = delivery.attempts.len() as u64;
    let facts = move || {
        let mut words = vec![moment(at, lang()), say!(hooks.tries, n = number(tries, lang()))];
        words.extend(next.map(|next| say!(hooks.next, time = moment(next, lang()))));
        words.join(" · ")
    };
    // Deliveries have addresses of their own, beside those of webhooks.
    let all = path.rsplit_once('/').map_or(path, |(all, _)| all);
    let again = writes.then(|| redeliver(format!("{all}/deliveries/{}/redeliver", delivery.id), rounds));
    let attempts = delivery.attempts.iter().rev().cloned().map(attempt).collect_view();
    view! {
        <li class="row-item tall delivery" data-testid="delivery">
            <details>
                <summary>
                    <span class="row-words">
                        <strong>{move || names::event(kind, lang())}</strong>
                        <span class="quiet small">{facts}</span>
                    </span>
                    <span
                        class="pill"
                        class:good={state == DeliveryState::Delivered}
                        class:soon={state == DeliveryState::Waiting}
                        class:bad={state == DeliveryState::Failed}
                    >
                        {move || names::delivery_state(state, lang())}
                    </span>
                </summary>
                <div class="delivery-body">
                    {again}
                    {delivery.repeats.map(|_| note::plain(Icon::Repeat, || say!(hooks.repeats)))}
                    <h3>{tr!(hooks.sent)}</h3>
                    <pre tabindex="0">{pretty(&delivery.body)}</pre>
                    {attempts}
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// JSON as people read it; what is none stays as it is.
fn pretty(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

/// One attempt: what was sent and what was answered.
pub fn attempt(attempt: Attempt) -> AnyView {
    let Attempt { number: nth, at, duration_ms, headers, status, answer, failure } = attempt;
    let outcome = move || match (status, failure) {
        (Some(status), None) => say!(hooks.answered, status = status),
        (Some(status), Some(_)) => say!(hooks.refused, status = status),
        (None, Some(failure)) => names::attempt_failure(failure, lang()).to_owned(),
        (None, None) => say!(hooks.no_answer),
    };
    let headers = headers.into_iter().map(|header| format!("{}: {}", header.name, header.value)).collect::<Vec<_>>();
    let answer = answer.filter(|answer| !answer.trim().is_empty());
    view! {
        <div class="attempt" class:bad=failure.is_some()>
            <p>
                <strong>{move || say!(hooks.attempt, n = nth)} ": " {outcome}</strong>
                <br/>
                <span class="quiet small">
                    {move || moment(at, lang())}
                    " · "
                    {move || say!(hooks.ms, n = number(duration_ms.into(), lang()))}
                </span>
            </p>
            {answer.map(|answer| view! { <h3>{tr!(hooks.answer)}</h3><pre tabindex="0">{answer}</pre> })}
            <details>
                <summary>{tr!(hooks.headers)}</summary>
                <pre tabindex="0">{headers.join("\n")}</pre>
            </details>
        </div>
    }
    .into_any()
}

fn redeliver(path: String, rounds: RwSignal<u32>) -> AnyView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let run = move || {
        busy.set(true);
        failure.set(None);
        let path = path.clone();
        spawn_local(async move {
            let answer = api::redeliver(path).await;
            busy.try_set(false);
            match answer {
                Ok(_) => _ = rounds.try_update(|n| *n += 1),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    view! {
        {action("button small", || say!(hooks.redeliver), busy.into(), run)}
        {note::refused(failure)}
    }
    .into_any()
}
