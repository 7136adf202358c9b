//! The fields of the editor, one way to draw each sort of place.

mod picks;

use leptos::prelude::*;
use shared::{Lang, offer::Fulfilment};

use self::picks::{many, one};
use super::{
    spec::{Holds, STEPS, Spec},
    typing::Sheet,
};
use crate::{
    components::icon::{Icon, icon},
    language::{lang, locale, tr},
    names,
};

/// The field of a place.
pub fn field(sheet: Sheet, spec: &Spec) -> AnyView {
    match spec.holds {
        Holds::Some(choice) => many(sheet, spec.clone(), choice),
        Holds::One(choice) => one(sheet, spec.clone(), choice),
        holds if holds.is_local() => local(sheet, spec.clone()),
        _ => {
            let boxed = boxed(sheet, spec, &spec.pointer, None);
            let (pointer, hidden) = (spec.pointer.clone(), sheet);
            view! { <div hidden=move || is_idle(hidden, &pointer)>{boxed}</div> }.into_any()
        }
    }
}

/// Whether a place does not matter as things stand.
fn is_idle(sheet: Sheet, pointer: &str) -> bool {
    let fulfilment = || Fulfilment::from_name(&sheet.text("/fulfilment"));
    match pointer {
        "/link" => fulfilment() != Some(Fulfilment::Link) && sheet.text("/link").is_empty(),
        "/max_quantity" => fulfilment() == Some(Fulfilment::CodePool) && sheet.text("/max_quantity") == "1",
        _ => false,
    }
}

/// A text in three languages: the box of the language that is in front. Of the steps, one more than are written.
fn local(sheet: Sheet, spec: Spec) -> AnyView {
    let at = spec.pointer.strip_prefix("/how_to_use/").and_then(|at| at.parse::<usize>().ok());
    let hidden = move || {
        at.is_some_and(|at| {
            let written =
                |at: &usize| Lang::ALL.iter().any(|l| !sheet.text(&format!("/how_to_use/{at}/{}", l.tag())).is_empty());
            (at > 0) && !(at - 1..STEPS).any(|n| written(&n))
        })
    };
    let boxes = move || {
        let tongue = sheet.tongue.get();
        boxed(sheet, &spec, &format!("{}/{}", spec.pointer, tongue.tag()), Some(tongue))
    };
    view! { <div hidden=hidden>{boxes}</div> }.into_any()
}

/// Whether an offer cannot be without it.
fn is_needed(pointer: &str) -> bool {
    matches!(
        pointer,
        "/kind"
            | "/area"
            | "/title/az"
            | "/audience"
            | "/unit"
            | "/period"
            | "/max_quantity"
            | "/fulfilment"
            | "/claim_days"
            | "/link"
    )
}

fn optional(pointer: &str) -> Option<AnyView> {
    (!is_needed(pointer)).then(|| view! { <span class="optional">{tr!(editor.optional)}</span> }.into_any())
}

/// Help and error of a field, and the ids that tie them to it.
struct Beside {
    name: String,
    id: String,
    view: AnyView,
}

fn beside(sheet: Sheet, spec: &Spec, pointer: &str, tongue: Option<Lang>) -> Beside {
    let name = pointer[1..].to_owned();
    let id = sheet.form.field_id(&name);
    let labelled = spec.clone();
    sheet.form.register_as(&name, move || match tongue {
        Some(tongue) => format!("{} ({})", labelled.name(lang()), names::language(tongue, lang())),
        None => labelled.name(lang()),
    });
    let (form, help) = (sheet.form, spec.help);
    let error = {
        let name = name.clone();
        move || form.error(&name)
    };
    let hidden = {
        let error = error.clone();
        move || error().is_none()
    };
    let view = view! {
        <p class="field-error" id=format!("{id}-error") hidden=hidden>{icon(Icon::Warn)}<span>{error}</span></p>
        {help.map(|help| {
            view! { <p class="field-help" id=format!("{id}-help")>{move || help(locale(lang()))}</p> }
        })}
    }
    .into_any();
    Beside { name, id, view }
}

fn described(
    sheet: Sheet,
    spec: &Spec,
    beside: &Beside,
) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
    let (name, id, help) = (beside.name.clone(), beside.id.clone(), spec.help.is_some());
    move || {
        let error = sheet.form.error(&name).map(|_| format!("{id}-error"));
        let ids: Vec<_> = error.into_iter().chain(help.then(|| format!("{id}-help"))).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A box to type in.
fn boxed(sheet: Sheet, spec: &Spec, pointer: &str, tongue: Option<Lang>) -> AnyView {
    let beside = beside(sheet, spec, pointer, tongue);
    let described = described(sheet, spec, &beside);
    let form = sheet.form;
    let wrong = {
        let name = beside.name.clone();
        move || form.error(&name).is_some()
    };
    let invalid = {
        let wrong = wrong.clone();
        move || wrong().then_some("true")
    };
    let value = {
        let pointer = pointer.to_owned();
        move || sheet.text(&pointer)
    };
    let write = {
        let pointer = pointer.to_owned();
        move |text: String| sheet.write(&pointer, text)
    };
    let leave = {
        let name = beside.name.clone();
        move || sheet.judge(&name)
    };
    let (id, name, holds) = (beside.id.clone(), beside.name.clone(), spec.holds);
    let labelled = spec.clone();
    let tag = tongue.map(|tongue| view! { <span class="tongue-tag">{tongue.tag().to_uppercase()}</span> });
    let area = matches!(holds, Holds::Prose) || (tongue.is_some() && pointer.starts_with("/summary"));
    let input = if area {
        view! {
            <textarea
                id=id.clone()
                name=name
                lang=tongue.map(Lang::tag)
                rows=if matches!(holds, Holds::Prose) { "6" } else { "2" }
                aria-invalid=invalid
                aria-describedby=described
                prop:value=value
                on:input=move |ev| write(event_target_value(&ev))
                on:blur=move |_| leave()
            ></textarea>
        }
        .into_any()
    } else {
        let (kind, mode) = match holds {
            Holds::Day => ("date", None),
            Holds::Moment => ("datetime-local", None),
            Holds::Whole => ("text", Some("numeric")),
            Holds::Manat | Holds::Gigabytes | Holds::Percent => ("text", Some("decimal")),
            _ if pointer == "/link" => ("url", None),
            _ => ("text", None),
        };
        view! {
            <input
                id=id.clone()
                name=name
                type=kind
                inputmode=mode
                autocomplete="off"
                lang=tongue.map(Lang::tag)
                aria-invalid=invalid
                aria-describedby=described
                prop:value=value
                on:input=move |ev| write(event_target_value(&ev))
                on:blur=move |_| leave()
            />
        }
        .into_any()
    };
    let unit = move || holds.unit(lang());
    view! {
        <div class="field" class:wrong=wrong>
            <label for=id>{move || labelled.name(lang())}{tag}{optional(pointer)}</label>
            <div class="field-box" class:with-unit=move || !unit().is_empty()>
                {input}
                <span class="field-unit" aria-hidden="true">{unit}</span>
            </div>
            {beside.view}
        </div>
    }
    .into_any()
}
