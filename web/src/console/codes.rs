//! An offer's pool of the partner's own codes: how many are left, adding more, and which were refused.

use leptos::{html, prelude::*, task::spawn_local};
use shared::{
    Code, OfferId,
    partner::MemberRole,
    pool::{CodePool, CodeProblem, CodeStock, CodesAdded, OnCodeFault, PROBLEMS_MAX, StockLevel, UPLOAD_MAX},
};

use super::Desk;
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        dialog::confirm,
        icon::{Icon, icon},
        note,
        states::{empty, ghost_few, states},
    },
    format::{date, number},
    language::{lang, say, tr},
    load::{Loader, load},
};

/// What was refused, and how many in all.
type Refused = RwSignal<Option<(Vec<CodeProblem>, u32)>>;

/// The pool.
pub fn codes(desk: &Desk, id: OfferId) -> AnyView {
    let slug = StoredValue::new(desk.slug.clone());
    let pool = load(move || {
        let slug = slug.get_value();
        async move { api::code_pool(&slug, id).await }
    });
    let may = desk.may(MemberRole::Editor);
    let show = move |found: &CodePool| {
        let stock = found.stock;
        view! {
            {stock_bar(stock)}
            {free(found)}
            {(may && stock.left > 0).then(|| removal(slug, id, stock.left, pool))}
        }
        .into_any()
    };
    view! {
        <section class="panel" data-testid="codes">
            <h2>{tr!(codes.title)}</h2>
            {states(pool, ghost_few, show)}
        </section>
        {may.then(|| adding(Upload::new(slug, id, pool)))}
    }
    .into_any()
}

/// How much of the pool is left: words, a bar, and a warning when it runs low.
fn stock_bar(stock: CodeStock) -> AnyView {
    let share = f64::from(stock.left) / f64::from(stock.total.max(1)) * 100.0;
    let width = if stock.left == 0 { 0.0 } else { share.clamp(1.5, 100.0) };
    let few = matches!(stock.level, Some(StockLevel::Tenth));
    let count = |n: u32| number(n.into(), lang());
    let warning = move || match stock.level {
        _ if stock.total == 0 => Some(tr!(codes.warn_none)()),
        Some(StockLevel::Empty) => Some(tr!(codes.warn_empty)()),
        Some(StockLevel::Tenth) => Some(tr!(codes.warn_tenth)()),
        Some(StockLevel::Half) => Some(tr!(codes.warn_half)()),
        None => None,
    };
    let warning = move || {
        warning().map(|words| view! { <p class="reason block warn">{icon(Icon::Warn)}<span>{words}</span></p> })
    };
    view! {
        <div class="left stock" class:few=few class:none={stock.left == 0}>
            <p class="left-words" data-testid="codes-left">
                {move || say!(codes.left, left = count(stock.left), total = count(stock.total))}
            </p>
            <div class="left-bar" aria-hidden="true">
                <div class="left-fill" style:width=format!("{width:.1}%")></div>
            </div>
            <p class="quiet">{move || say!(codes.handed_out, n = count(stock.handed_out))}</p>
        </div>
        {warning}
    }
    .into_any()
}

/// The next codes, with their middles hidden.
fn free(pool: &CodePool) -> AnyView {
    if pool.items.is_empty() {
        return ().into_any();
    }
    let line = |code: &shared::pool::FreeCode| {
        let at = code.added_at;
        view! {
            <li><code>{code.masked.clone()}</code><span class="quiet small">{move || date(at, lang())}</span></li>
        }
    };
    let more = pool.next_cursor.is_some();
    view! {
        <details class="next-codes">
            <summary>{tr!(codes.next)}</summary>
            <ul class="code-list">{pool.items.iter().map(line).collect_view()}</ul>
            {more.then(|| view! { <p class="quiet">{tr!(codes.and_more)}</p> })}
        </details>
    }
    .into_any()
}

fn removal(slug: StoredValue<String>, id: OfferId, left: u32, pool: Loader<CodePool>) -> AnyView {
    let asked = RwSignal::new(false);
    let run = move || async move {
        api::remove_codes(&slug.get_value(), id).await?;
        pool.retry();
        Ok(())
    };
    view! {
        <div class="row">
            <button type="button" class="link-button danger" on:click=move |_| asked.set(true)>{tr!(codes.remove)}</button>
        </div>
        {confirm(
            asked,
            || say!(codes.remove),
            move || say!(codes.remove_sure, n = number(left.into(), lang())),
            || say!(codes.remove_do),
            run,
        )}
    }
    .into_any()
}

/// An upload of codes.
#[derive(Clone, Copy)]
struct Upload {
    slug: StoredValue<String>,
    offer: OfferId,
    pool: Loader<CodePool>,
    text: RwSignal<String>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    too_large: RwSignal<bool>,
    added: RwSignal<Option<CodesAdded>>,
    refused: Refused,
}

impl Upload {
    fn new(slug: StoredValue<String>, offer: OfferId, pool: Loader<CodePool>) -> Self {
        Self {
            slug,
            offer,
            pool,
            text: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            too_large: RwSignal::new(false),
            added: RwSignal::new(None),
            refused: Refused::new(None),
        }
    }

    /// How many codes there are.
    fn count(self) -> u64 {
        self.text.with(|text| text.lines().filter(|line| !line.trim().is_empty()).count() as u64)
    }

    /// Takes the text of a file.
    fn read(self, file: web_sys::File) {
        self.refused.set(None);
        spawn_local(async move {
            if let Some(content) = browser::text_of(&file).await {
                self.text.try_set(content);
            }
        });
    }

    fn send(self, on_fault: OnCodeFault) {
        let lines = self.text.get_untracked();
        self.too_large.set(lines.len() > UPLOAD_MAX);
        if lines.trim().is_empty() || lines.len() > UPLOAD_MAX {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        self.added.set(None);
        spawn_local(async move {
            let answer = api::add_codes(&self.slug.get_value(), self.offer, lines, on_fault).await;
            self.busy.try_set(false);
            match answer {
                Ok(done) => {
                    self.refused.try_set((done.refused > 0).then(|| (done.problems.clone(), done.refused)));
                    self.added.try_set(Some(done));
                    self.text.try_set(String::new());
                    self.pool.retry();
                }
                Err(failure) if failure.code() == Some(Code::CodesRefused) => {
                    self.refused.try_set(Some(named(&failure)));
                }
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }
}

/// The refused codes that a refusal names.
fn named(failure: &Failure) -> (Vec<CodeProblem>, u32) {
    let problems = failure.extra("problems").cloned().unwrap_or_default();
    let problems = serde_json::from_value::<Vec<CodeProblem>>(problems).unwrap_or_default();
    let count = failure.extra("refused").and_then(serde_json::Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let count = count.unwrap_or_else(|| u32::try_from(problems.len()).unwrap_or_default());
    (problems, count)
}

/// Adding: by a file, or pasted.
fn adding(upload: Upload) -> AnyView {
    let Upload { text, busy, failure, added, refused, too_large, .. } = upload;
    let node = NodeRef::<html::Input>::new();
    let read = move |_| {
        if let Some(file) = node.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)) {
            upload.read(file);
        }
    };
    let label = move || say!(codes.add_n, n = number(upload.count(), lang()));
    let anyway = move || {
        let takes = refused.with(Option::is_some) && added.with(Option::is_none);
        takes.then(|| {
            let send = move || upload.send(OnCodeFault::SkipRows);
            view! { <span data-testid="codes-skip">{action(PLAIN, || say!(codes.add_good), busy.into(), send)}</span> }
        })
    };
    let done = move || {
        added
            .get()
            .map(|done| note::good(Icon::Check, move || say!(codes.added, n = number(done.added.into(), lang()))))
    };
    let large = move || {
        too_large
            .get()
            .then(|| view! { <p class="field-error">{icon(Icon::Warn)}<span>{tr!(codes.too_large)}</span></p> })
    };
    let write = move |ev| {
        refused.set(None);
        text.set(event_target_value(&ev));
    };
    view! {
        <section class="panel" data-testid="codes-add">
            <h2>{tr!(codes.add)}</h2>
            <p class="quiet">{tr!(codes.add_help)}</p>
            <div class="row">
                <label class="button file-button">
                    {icon(Icon::Download)}
                    <span>{tr!(codes.choose_file)}</span>
                    <input type="file" name="codes_file" accept=".txt,.csv,text/plain,text/csv" node_ref=node on:change=read/>
                </label>
            </div>
            <div class="field">
                <label for="codes-text">{tr!(codes.paste)}</label>
                <textarea
                    id="codes-text"
                    name="codes"
                    class="mono"
                    rows="6"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=text
                    on:input=write
                ></textarea>
            </div>
            {large}
            {note::refused(failure)}
            {move || refused.get().map(|(problems, count)| faults(&problems, count))}
            <div class="row">
                <span data-testid="codes-send">
                    {action("button primary", label, busy.into(), move || upload.send(OnCodeFault::RejectAll))}
                </span>
                {anyway}
            </div>
            <div role="status">{done}</div>
        </section>
    }
    .into_any()
}

/// The refused codes, named.
fn faults(problems: &[CodeProblem], count: u32) -> AnyView {
    if problems.is_empty() {
        return empty(Icon::Warn, tr!(codes.refused_none), tr!(codes.add_help), ().into_any());
    }
    let row = |problem: &CodeProblem| {
        view! {
            <tr>
                <td data-label=tr!(codes.line) class="number">{problem.line}</td>
                <th scope="row"><code>{problem.code.clone()}</code></th>
                <td data-label=tr!(codes.why)>{problem.message.clone()}</td>
            </tr>
        }
    };
    let cut = usize::try_from(count).unwrap_or(usize::MAX) > problems.len();
    view! {
        <div class="faults" role="alert" data-testid="codes-refused">
            <p class="reason bad">
                {icon(Icon::Warn)}
                <span>{move || say!(codes.refused, n = number(count.into(), lang()))}</span>
            </p>
            <div class="scroller" tabindex="0" role="region" aria-label=tr!(codes.why)>
                <table class="table stacked">
                    <thead>
                        <tr>
                            <th scope="col">{tr!(codes.line)}</th>
                            <th scope="col">{tr!(codes.code)}</th>
                            <th scope="col">{tr!(codes.why)}</th>
                        </tr>
                    </thead>
                    <tbody>{problems.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            {cut.then(|| view! { <p class="quiet">{move || say!(codes.first_n, n = PROBLEMS_MAX)}</p> })}
        </div>
    }
    .into_any()
}
