//! Choosing a file, and telling what it is before it is sent.

use leptos::{html, prelude::*, task::spawn_local};
use web_sys::File;

use crate::{
    browser,
    components::icon::{Icon, icon},
    format::file_size,
    i18n::Locale,
    language::{lang, locale, text, tr},
};

/// A file that was chosen, with its media type.
#[derive(Clone)]
pub struct Picked {
    pub file: File,
    pub media: &'static str,
}

/// What was chosen, on the one thread that there is.
pub type Choice = RwSignal<Option<Picked>, LocalStorage>;

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
        Some('{') if whole_line && !begin.starts_with("{\"items\"") => NDJSON,
        Some('[' | '{') => JSON,
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
