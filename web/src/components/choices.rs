//! Choosing among a few: one of them, or some.

use leptos::prelude::*;
use shared::Lang;

use super::{
    form::Form,
    icon::{Icon, icon},
};
use crate::language::lang;

/// What a choice is called, and what helps to choose it.
pub type Words<T> = fn(T, Lang) -> &'static str;

/// No help.
pub fn no_words<T>(_: T, _: Lang) -> &'static str {
    ""
}

/// Exactly one of `all`.
pub fn radios<T>(
    form: Form,
    name: &'static str,
    legend: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
    all: &'static [T],
    words: (Words<T>, Words<T>),
    chosen: RwSignal<T>,
) -> AnyView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let one = move |value: T| {
        let input = view! {
            <input
                type="radio"
                name=form.field_id(name)
                prop:checked=move || chosen.get() == value
                on:change=move |_| chosen.set(value)
            />
        };
        choice(input.into_any(), value, words)
    };
    group(form, name, legend, all.iter().copied().map(one).collect_view().into_any())
}

/// Some of `all`.
pub fn checks<T>(
    form: Form,
    name: &'static str,
    legend: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
    all: &'static [T],
    words: (Words<T>, Words<T>),
    chosen: RwSignal<Vec<T>>,
) -> AnyView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let toggle = move |value: T| {
        chosen.update(|chosen| match chosen.iter().position(|one| *one == value) {
            Some(at) => _ = chosen.remove(at),
            None => chosen.push(value),
        });
    };
    let one = move |value: T| {
        let input = view! {
            <input
                type="checkbox"
                prop:checked=move || chosen.with(|chosen| chosen.contains(&value))
                on:change=move |_| toggle(value)
            />
        };
        choice(input.into_any(), value, words)
    };
    group(form, name, legend, all.iter().copied().map(one).collect_view().into_any())
}

fn choice<T: Copy + Send + 'static>(input: AnyView, value: T, (name, help): (Words<T>, Words<T>)) -> AnyView {
    view! {
        <label class="choice">
            {input}
            <span class="choice-words">
                <span class="choice-name">{move || name(value, lang())}</span>
                <span class="choice-help">{move || help(value, lang())}</span>
            </span>
        </label>
    }
    .into_any()
}

fn group(
    form: Form,
    name: &'static str,
    legend: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
    choices: AnyView,
) -> AnyView {
    form.register(name, legend);
    let (id, error_id) = (form.field_id(name), format!("{}-error", form.field_id(name)));
    let described = {
        let error_id = error_id.clone();
        move || form.error(name).map(|_| error_id.clone())
    };
    view! {
        <fieldset class="choices" id=id tabindex="-1" aria-describedby=described>
            <legend>{legend}</legend>
            <p class="field-error" id=error_id hidden=move || form.error(name).is_none()>
                {icon(Icon::Warn)}
                <span>{move || form.error(name)}</span>
            </p>
            <div class="choice-list">{choices}</div>
        </fieldset>
    }
    .into_any()
}
