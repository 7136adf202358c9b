//! Fields of forms: label above, help below, the error beside it, all tied together for screen readers.

use leptos::prelude::*;

use super::{
    form::Form,
    icon::{Icon, icon},
};
use crate::language::tr;

/// How a field is written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line of text.
    Text,
    /// An e-mail address.
    Email,
    /// A password, with a button that shows it.
    Password,
    /// An address of a site.
    Url,
    /// A telephone number.
    Tel,
    /// A whole number.
    Number,
}

/// A field of a form. `name` is also its place in the body that is sent.
#[component]
pub fn Field<L, H>(
    /// Where it belongs.
    form: Form,
    /// Its name, and its pointer without the slash.
    name: &'static str,
    /// How it is written into.
    #[prop(default = Input::Text)]
    input: Input,
    /// What it is.
    label: L,
    /// What helps to fill it in; empty for none.
    help: H,
    /// What browsers and password managers fill in.
    autocomplete: &'static str,
    /// What was written.
    value: RwSignal<String>,
) -> impl IntoView
where
    L: Fn() -> &'static str + Copy + Send + Sync + 'static,
    H: Fn() -> &'static str + Copy + Send + Sync + 'static,
{
    form.register(name, label);
    let id = form.field_id(name);
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let described = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        move || {
            let mut ids = Vec::new();
            if !help().is_empty() {
                ids.push(help_id.clone());
            }
            if form.error(name).is_some() {
                ids.push(error_id.clone());
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let shown = RwSignal::new(false);
    let kind = move || match input {
        Input::Text | Input::Number => "text",
        Input::Email => "email",
        Input::Url => "url",
        Input::Tel => "tel",
        Input::Password if shown.get() => "text",
        Input::Password => "password",
    };
    let raw = input != Input::Text;
    let eye = (input == Input::Password).then(|| {
        let label = move || if shown.get() { tr!(auth.hide_password)() } else { tr!(auth.show_password)() };
        view! {
            <button
                type="button"
                class="field-eye"
                aria-label=label
                title=label
                aria-pressed=move || shown.get().to_string()
                on:click=move |_| shown.update(|s| *s = !*s)
            >
                {icon(Icon::Eye)}
            </button>
        }
    });
    view! {
        <div class="field" class:wrong=move || form.error(name).is_some()>
            <label for=id.clone()>{label}</label>
            <div class="field-box">
                <input
                    id=id
                    name=name
                    type=kind
                    inputmode=(input == Input::Number).then_some("numeric")
                    autocomplete=autocomplete
                    autocapitalize=raw.then_some("none")
                    spellcheck=raw.then_some("false")
                    aria-invalid=move || form.error(name).is_some().then_some("true")
                    aria-describedby=described
                    prop:value=value
                    on:input=move |ev| value.set(event_target_value(&ev))
                />
                {eye}
            </div>
            <p class="field-error" id=error_id hidden=move || form.error(name).is_none()>
                {icon(Icon::Warn)}
                <span>{move || form.error(name)}</span>
            </p>
            <p class="field-help" id=help_id hidden=move || help().is_empty()>{help}</p>
        </div>
    }
}

/// A field for text of several lines.
#[component]
pub fn Area<L, H>(
    /// Where it belongs.
    form: Form,
    /// Its name, and its pointer without the slash.
    name: &'static str,
    /// What it is.
    label: L,
    /// What helps to fill it in; empty for none.
    help: H,
    /// How many lines are seen.
    #[prop(default = 4)]
    rows: u32,
    /// What was written.
    value: RwSignal<String>,
) -> impl IntoView
where
    L: Fn() -> &'static str + Copy + Send + Sync + 'static,
    H: Fn() -> &'static str + Copy + Send + Sync + 'static,
{
    form.register(name, label);
    let id = form.field_id(name);
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let described = format!("{help_id} {error_id}");
    view! {
        <div class="field" class:wrong=move || form.error(name).is_some()>
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                name=name
                rows=rows.to_string()
                aria-invalid=move || form.error(name).is_some().then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=move |ev| value.set(event_target_value(&ev))
            ></textarea>
            <p class="field-error" id=error_id hidden=move || form.error(name).is_none()>
                {icon(Icon::Warn)}
                <span>{move || form.error(name)}</span>
            </p>
            <p class="field-help" id=help_id hidden=move || help().is_empty()>{help}</p>
        </div>
    }
}

/// No help.
pub fn no_help() -> &'static str {
    ""
}
