//! Adding codes to a pool, by a file or pasted, and which of them were refused.

use leptos::{html, prelude::*, task::spawn_local};
use shared::{
    Code, OfferId,
    pool::{CodePool, CodeProblem, CodesAdded, OnCodeFault, PROBLEMS_MAX, UPLOAD_MAX},
};

use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        note,
        states::empty,
    },
    format::number,
    language::{lang, say, tr},
    load::Loader,
};

/// What was refused, and how many in all.
type Refused = RwSignal<Option<(Vec<CodeProblem>, u32)>>;

/// An upload of codes.
#[derive(Clone, Copy)]
pub struct Upload {
    slug: StoredValue<String>,
    offer: OfferId,
    pool: Loader<CodePool>,
    text: RwSignal<String>,
    /// The file that `text` was read from, as long as nobody changed it: the server reads its bytes better than a browser,
    /// which takes everything for UTF-8.
    file: StoredValue<Option<web_sys::File>, LocalStorage>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    too_large: RwSignal<bool>,
    added: RwSignal<Option<CodesAdded>>,
    refused: Refused,
}

impl Upload {
    /// Of codes for an offer.
    pub fn new(slug: StoredValue<String>, offer: OfferId, pool: Loader<CodePool>) -> Self {
        Self {
            slug,
            offer,
            pool,
            text: RwSignal::new(String::new()),
            file: StoredValue::new_local(None),
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
                self.file.try_set_value(Some(file));
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
            let slug = self.slug.get_value();
            let answer = match self.file.get_value() {
                Some(file) => api::add_code_file(&slug, self.offer, &file, on_fault).await,
                None => api::add_codes(&slug, self.offer, lines, on_fault).await,
            };
            self.busy.try_set(false);
            match answer {
                Ok(done) => {
                    self.refused.try_set((done.refused > 0).then(|| (done.problems.clone(), done.refused)));
                    self.added.try_set(Some(done));
                    self.text.try_set(String::new());
                    self.file.try_set_value(None);
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
pub fn adding(upload: Upload) -> AnyView {
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
        upload.file.set_value(None);
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
