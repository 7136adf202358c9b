//! Choosing a file and how it is treated, then sending it for a trial.

use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use shared::import::{ImportMode, ImportView, OnError};
use web_sys::{File, XmlHttpRequest};

use super::{
    kept::{self, Kept},
    list::templates,
};
use crate::{
    api::{self, Failure, HowToImport},
    browser,
    components::{
        action::action,
        icon::{Icon, icon},
        note,
        page::titled,
    },
    console::Desk,
    format::{file_size, percent},
    i18n::Locale,
    language::{lang, locale, say, text, tr},
};

/// A file that was chosen, with its media type.
#[derive(Clone)]
pub struct Picked {
    pub file: File,
    pub media: &'static str,
}

/// What was chosen, on the one thread that there is.
pub type Choice = RwSignal<Option<Picked>, LocalStorage>;

/// Sending a file, and how far that is.
#[derive(Clone, Copy)]
pub struct Sending {
    slug: StoredValue<String>,
    /// The share that is sent; nothing while nothing is sent.
    pub share: RwSignal<Option<f64>>,
    pub failure: RwSignal<Option<Failure>>,
    request: StoredValue<Option<XmlHttpRequest>, LocalStorage>,
    goto: Callback<String>,
}

impl Sending {
    /// For the uploads of a partner; `goto` is the console's page of an upload.
    pub fn new(desk: &Desk) -> Self {
        let (navigate, base) = (use_navigate(), desk.href("/imports/"));
        let sending = Self {
            slug: StoredValue::new(desk.slug.clone()),
            share: RwSignal::new(None),
            failure: RwSignal::new(None),
            request: StoredValue::new_local(None),
            goto: Callback::new(move |id: String| {
                navigate(&format!("{base}{id}"), leptos_router::NavigateOptions::default())
            }),
        };
        on_cleanup(move || sending.give_up());
        sending
    }

    /// Whether a file is on its way.
    pub fn busy(self) -> Signal<bool> {
        Signal::derive(move || self.share.with(Option::is_some))
    }

    /// Sends a file to be treated in a way; `retry` is the path of the upload whose failed rows it corrects.
    pub fn send(self, picked: Picked, how: HowToImport, retry: Option<String>) {
        if self.share.get_untracked().is_some() {
            return;
        }
        self.failure.set(None);
        self.share.set(Some(0.0));
        spawn_local(async move {
            let slug = self.slug.get_value();
            // Asked first, so that a session that has to be renewed is, before the whole file has been sent in vain.
            let answer = match api::imports(&slug, None).await {
                Ok(_) => {
                    let path = retry.unwrap_or_else(|| api::new_import_path(&slug, how));
                    let progress = move |share: f64| _ = self.share.try_set(Some(share));
                    let started = move |request| _ = self.request.try_set_value(Some(request));
                    api::upload::<ImportView>(&path, &picked.file, picked.media, progress, started).await
                }
                Err(failure) => Err(failure),
            };
            let given_up = self.request.try_update_value(Option::take).flatten().is_none();
            self.share.try_set(None);
            match answer {
                Ok(import) => {
                    let Picked { file, media } = picked;
                    kept::keep(Kept { import: import.id, file, media });
                    self.goto.try_run(import.id.to_string());
                }
                Err(Failure::Offline) if given_up && browser::is_online() => {}
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }

    /// Stops sending.
    pub fn give_up(self) {
        if let Some(request) = self.request.try_update_value(Option::take).flatten() {
            let _ = request.abort();
        }
    }

    /// How far it is, with a way to stop.
    pub fn progress(self) -> AnyView {
        (move || {
            self.share.get().map(|share| {
                let whole = (share * 1000.0).round();
                // From 0 to 1000 by construction.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let words = move || say!(imports.sending, percent = percent(whole as u64, 1000, lang()));
                view! {
                    <div class="sending" role="status" data-testid="sending">
                        <p>{words}</p>
                        <progress max="1" value=share aria-label=tr!(imports.sending_label)></progress>
                        <button type="button" class="button" on:click=move |_| self.give_up()>{tr!(verb.cancel)}</button>
                    </div>
                }
            })
        })
        .into_any()
    }
}

/// The page `/console/{slug}/imports/new`.
pub fn new_import(desk: Desk) -> AnyView {
    titled(|| say!(imports.new));
    let sending = Sending::new(&desk);
    let choice = Choice::new_local(None);
    let (mode, on_error) = (RwSignal::new(ImportMode::Upsert), RwSignal::new(OnError::SkipRows));
    let (percent, submit) = (RwSignal::new(20_u8), RwSignal::new(true));
    let asked = RwSignal::new(false);
    let run = move || {
        asked.set(true);
        let Some(picked) = choice.get_untracked() else {
            browser::focus_field("import-file");
            return;
        };
        let how = HowToImport {
            mode: mode.get_untracked(),
            on_error: on_error.get_untracked(),
            max_delete_percent: percent.get_untracked(),
            dry_run: true,
            submit: submit.get_untracked(),
        };
        sending.send(picked, how, None);
    };
    let missing = move || {
        (asked.get() && choice.with(Option::is_none)).then(|| {
            view! { <p class="field-error" role="alert">{icon(Icon::Warn)}<span>{tr!(imports.choose_first)}</span></p> }
        })
    };
    let share_of_deletes = move || {
        (mode.get() == ImportMode::ReplaceAll).then(|| {
            view! {
                <div class="field">
                    <label for="max-delete">{tr!(imports.max_delete)}</label>
                    <div class="field-box with-unit">
                        <input
                            id="max-delete"
                            name="max_delete_percent"
                            type="number"
                            inputmode="numeric"
                            min="0"
                            max="100"
                            aria-describedby="max-delete-help"
                            prop:value=move || percent.get().to_string()
                            on:change=move |ev| percent.set(event_target_value(&ev).parse().unwrap_or(20).min(100))
                        />
                        <span class="field-unit" aria-hidden="true">"%"</span>
                    </div>
                    <p class="field-help" id="max-delete-help">{tr!(imports.max_delete_help)}</p>
                </div>
            }
        })
    };
    let slug = StoredValue::new(desk.slug.clone());
    view! {
        <div class="console-page">
            <nav class="crumbs"><a href=desk.href("/imports")>{icon(Icon::Left)}{tr!(imports.title)}</a></nav>
            <header class="heading"><h1 tabindex="-1">{tr!(imports.new)}</h1><p class="lead">{tr!(imports.lead)}</p></header>
            <section class="panel">
                <h2>{tr!(imports.step_file)}</h2>
                {picker(choice)}
                {missing}
            </section>
            <section class="panel">
                <h2>{tr!(imports.step_how)}</h2>
                {choices("mode", text!(imports.mode), &MODES, mode)}
                {share_of_deletes}
                {choices("on_error", text!(imports.on_error), &ON_ERROR, on_error)}
                <label class="choice">
                    <input type="checkbox" name="submit" prop:checked=submit on:change=move |_| submit.update(|s| *s = !*s)/>
                    <span class="choice-words">
                        <span class="choice-name">{tr!(imports.submit)}</span>
                        <span class="choice-help">{tr!(imports.submit_help)}</span>
                    </span>
                </label>
            </section>
            {note::refused(sending.failure)}
            {sending.progress()}
            <div class="row" data-testid="import-try" hidden=move || sending.busy().get()>
                {action("button primary big", || say!(imports.try_it), sending.busy(), run)}
                <p class="quiet small">{tr!(imports.try_help)}</p>
            </div>
            {templates(slug)}
        </div>
    }
    .into_any()
}

type Option3<T> = (T, fn(Locale) -> &'static str, fn(Locale) -> &'static str);

const MODES: [Option3<ImportMode>; 3] = [
    (ImportMode::Upsert, text!(import_mode.upsert), text!(import_mode_help.upsert)),
    (ImportMode::Patch, text!(import_mode.patch), text!(import_mode_help.patch)),
    (ImportMode::ReplaceAll, text!(import_mode.replace_all), text!(import_mode_help.replace_all)),
];

const ON_ERROR: [Option3<OnError>; 2] = [
    (OnError::SkipRows, text!(on_error.skip_rows), text!(on_error_help.skip_rows)),
    (OnError::RejectAll, text!(on_error.reject_all), text!(on_error_help.reject_all)),
];

fn choices<T>(
    name: &'static str,
    legend: fn(Locale) -> &'static str,
    all: &'static [Option3<T>],
    chosen: RwSignal<T>,
) -> AnyView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let one = move |(value, words, help): Option3<T>| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| chosen.set(value)
                />
                <span class="choice-words">
                    <span class="choice-name">{move || words(locale(lang()))}</span>
                    <span class="choice-help">{move || help(locale(lang()))}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="choices">
            <legend>{move || legend(locale(lang()))}</legend>
            {all.iter().copied().map(one).collect_view()}
        </fieldset>
    }
    .into_any()
}

/// Chooses a file: by its button, or dropped.
pub fn picker(choice: Choice) -> AnyView {
    let (over, problem) = (RwSignal::new(false), RwSignal::new(None::<fn(Locale) -> &'static str>));
    let take = move |file: Option<File>| {
        let Some(file) = file else { return };
        problem.set(None);
        choice.set(None);
        spawn_local(async move {
            match media_of(&file).await {
                Ok(media) => _ = choice.try_set(Some(Picked { file, media })),
                Err(why) => _ = problem.try_set(Some(why)),
            }
        });
    };
    let node = NodeRef::<html::Input>::new();
    let picked = move |_| take(node.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)));
    let dropped = move |ev: leptos::ev::DragEvent| {
        ev.prevent_default();
        over.set(false);
        take(ev.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)));
    };
    let name = move || {
        choice.with(|chosen| {
            chosen.as_ref().map(|picked| {
                let (size, media) = (picked.file.size(), picked.media);
                let format = match media {
                    JSON => "JSON",
                    NDJSON => "NDJSON",
                    _ => "CSV",
                };
                view! {
                    <p class="picked" data-testid="picked">
                        {icon(Icon::Check)}
                        <strong>{picked.file.name()}</strong>
                        <span class="quiet">{move || format!("{format}, {}", file_size(size, lang()))}</span>
                    </p>
                }
            })
        })
    };
    let wrong = move || {
        problem.get().map(|why| {
            view! {
                <p class="field-error" role="alert">{icon(Icon::Warn)}<span>{move || why(locale(lang()))}</span></p>
            }
        })
    };
    view! {
        <div
            class="drop"
            class:over=over
            on:dragover=move |ev| {
                ev.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            {icon(Icon::Download)}
            <p>{tr!(imports.drop)}</p>
            <label class="button file-button">
                <span>{tr!(imports.choose)}</span>
                <input
                    id="import-file"
                    type="file"
                    name="file"
                    accept=".csv,.txt,.tsv,.json,.ndjson,.jsonl,text/csv,application/json,application/x-ndjson"
                    node_ref=node
                    on:change=picked
                />
            </label>
            <p class="quiet small">{tr!(imports.formats)}</p>
        </div>
        {name}
        {wrong}
    }
    .into_any()
}

const CSV: &str = "text/csv";
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

/// The media type of a file: by its name, else by how it begins. What cannot be read is refused here already.
async fn media_of(file: &File) -> Result<&'static str, fn(Locale) -> &'static str> {
    let name = file.name().to_lowercase();
    if file.size() < 1.0 {
        return Err(text!(imports.file_empty));
    }
    if [".xls", ".xlsx", ".ods", ".numbers"].iter().any(|end| name.ends_with(end)) {
        return Err(text!(imports.file_excel));
    }
    let begin = match file.slice_with_f64_and_f64(0.0, 2048.0) {
        Ok(begin) => browser::text_of(&begin).await.unwrap_or_default(),
        Err(_) => String::new(),
    };
    Ok(match name.rsplit('.').next() {
        Some("csv" | "tsv" | "txt") => CSV,
        Some("ndjson" | "jsonl") => NDJSON,
        _ => sniffed(&begin),
    })
}

/// By how the text begins: a list, or an object that goes on for lines, is JSON; an object in each line is NDJSON.
fn sniffed(begin: &str) -> &'static str {
    let begin = begin.trim_start_matches('\u{feff}').trim_start();
    let whole_line = begin.lines().next().is_some_and(|line| line.trim_end().ends_with('}'));
    match begin.chars().next() {
        Some('[') => JSON,
        Some('{') if whole_line && !begin.starts_with("{\"items\"") => NDJSON,
        Some('{') => JSON,
        _ => CSV,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_how_it_begins() {
        assert_eq!(sniffed("\u{feff} [\n{"), JSON);
        assert_eq!(sniffed("{\n  \"items\": ["), JSON);
        assert_eq!(sniffed("{\"items\": [{\"a\": 1}]}"), JSON);
        assert_eq!(sniffed("{\"a\": 1}\n{\"a\": 2}\n"), NDJSON);
        assert_eq!(sniffed("external_id;title.az\n"), CSV);
    }
}
