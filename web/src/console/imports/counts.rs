//! How an upload stands: its state in a word, its counts in numbers.

use leptos::prelude::*;
use shared::import::{ImportState, ImportView};

use crate::{
    components::{icon::Icon, pill::pill},
    format::number,
    i18n::Locale,
    language::{lang, locale, say, text},
    names,
};

/// Its state.
pub fn state(import: &ImportView) -> AnyView {
    let (state, failed) = (import.state, import.counts.failed);
    let (class, picture) = match state {
        ImportState::Queued => ("", Icon::Clock),
        ImportState::Running => ("soon", Icon::Repeat),
        ImportState::Finished if failed > 0 => ("soon", Icon::Warn),
        ImportState::Finished => ("good", Icon::Check),
        ImportState::Failed => ("bad", Icon::Warn),
        ImportState::Cancelled => ("", Icon::Cross),
    };
    let words = move || match state {
        ImportState::Finished if failed > 0 => say!(imports.finished_with_errors),
        _ => names::import_state(state, lang()).to_owned(),
    };
    pill(class, picture, words)
}

/// Its counts. Of a trial, they say what would be.
pub fn counts(import: &ImportView) -> AnyView {
    let counts = import.counts;
    let figure = |class: &'static str, name: &'static str, label: fn(Locale) -> &'static str, n: u64| {
        view! {
            <div class=format!("figure {class}") data-count=name>
                <dt class="figure-label">{move || label(locale(lang()))}</dt>
                <dd class="figure-value">{move || number(n, lang())}</dd>
            </div>
        }
    };
    view! {
        <dl class="figures import-counts">
            {figure("", "read", text!(imports.read), counts.read)}
            {figure("good", "created", text!(imports.created), counts.created)}
            {figure("good", "updated", text!(imports.updated), counts.updated)}
            {figure("", "unchanged", text!(imports.unchanged), counts.unchanged)}
            {(counts.ended > 0).then(|| figure("", "ended", text!(imports.ended), counts.ended))}
            {figure(if counts.failed > 0 { "bad" } else { "" }, "failed", text!(imports.failed), counts.failed)}
        </dl>
    }
    .into_any()
}
