//! Choosing a file and how it is treated, then sending it for a trial.

use leptos::prelude::*;
use shared::import::{ImportMode, OnError};

use super::{
    list::templates,
    picker::{Choice, picker},
    sending::Sending,
};
use crate::{
    api::HowToImport,
    browser,
    components::{
        action::action,
        icon::{Icon, icon},
        note,
        page::titled,
    },
    console::Desk,
    i18n::Locale,
    language::{lang, locale, say, text, tr},
};

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
    let back = desk.href("/imports");
    let slug = StoredValue::new(desk.slug);
    view! {
        <div class="console-page">
            <nav class="crumbs"><a href=back>{icon(Icon::Left)}{tr!(imports.title)}</a></nav>
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
