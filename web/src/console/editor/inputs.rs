//! The fields of the editor, one way to draw each sort of place.

use leptos::prelude::*;
use shared::{Lang, offer::Fulfilment};

use super::{
    sheet::kind_of,
    spec::{Choice, Holds, STEPS, Spec},
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

/// One of a list.
fn one(sheet: Sheet, spec: Spec, choice: Choice) -> AnyView {
    let pointer = spec.pointer.clone().into_owned();
    let beside = beside(sheet, &spec, &pointer, None);
    let described = described(sheet, &spec, &beside);
    let form = sheet.form;
    let (id, name) = (beside.id.clone(), beside.name.clone());
    let wrong = {
        let name = name.clone();
        move || form.error(&name).is_some()
    };
    let invalid = {
        let wrong = wrong.clone();
        move || wrong().then_some("true")
    };
    let option = {
        let pointer = pointer.clone();
        move |value: &'static str| {
            let pointer = pointer.clone();
            view! {
                <option value=value selected=move || sheet.text(&pointer) == value>
                    {move || choice.name(value, lang())}
                </option>
            }
        }
    };
    let none = {
        let pointer = pointer.clone();
        move || {
            sheet.text(&pointer).is_empty().then(|| view! { <option value="" selected>{tr!(editor.choose)}</option> })
        }
    };
    let choose = move |ev| {
        sheet.write(&pointer, event_target_value(&ev));
        if pointer == "/fulfilment" && sheet.text("/fulfilment") == Fulfilment::CodePool.as_str() {
            sheet.write("/max_quantity", "1".to_owned());
        }
        sheet.judge(&pointer[1..]);
    };
    view! {
        <div class="field" class:wrong=wrong>
            <label for=id.clone()>{move || spec.name(lang())}</label>
            <select id=id name=name aria-invalid=invalid aria-describedby=described on:change=choose>
                {none}
                {choice.values().into_iter().map(option).collect_view()}
            </select>
            {beside.view}
        </div>
    }
    .into_any()
}

/// Some of a list.
fn many(sheet: Sheet, spec: Spec, choice: Choice) -> AnyView {
    let pointer = spec.pointer.clone().into_owned();
    let beside = beside(sheet, &spec, &pointer, None);
    let described = described(sheet, &spec, &beside);
    let has = {
        let pointer = pointer.clone();
        move |value: &str| sheet.text(&pointer).split(',').any(|name| name == value)
    };
    let toggle = {
        let (pointer, has) = (pointer.clone(), has.clone());
        move |value: &'static str| {
            let on = !has(value);
            let chosen = |name: &&str| if *name == value { on } else { has(name) };
            sheet.write(&pointer, choice.values().into_iter().filter(chosen).collect::<Vec<_>>().join(","));
            sheet.judge(&pointer[1..]);
        }
    };
    let further = pointer == "/further_kinds";
    let (name, id) = (beside.name.clone(), beside.id.clone());
    let chip = move |value: &'static str| {
        let (has, toggle) = (has.clone(), toggle.clone());
        let chosen = {
            let has = has.clone();
            move || has(value)
        };
        // The main kind is not a further one.
        let hidden = move || further && !has(value) && sheet.texts.with(|texts| kind_of(texts).as_str() == value);
        view! {
            <label class="chip box" hidden=hidden>
                <input type="checkbox" name=name.clone() value=value prop:checked=chosen on:change=move |_| toggle(value)/>
                <span>{move || choice.name(value, lang())}</span>
            </label>
        }
    };
    view! {
        <fieldset class="field choices" id=id tabindex="-1" aria-describedby=described>
            <legend>{move || spec.name(lang())}{optional(&pointer)}</legend>
            <div class="chips">{choice.values().into_iter().map(chip).collect_view()}</div>
            {beside.view}
        </fieldset>
    }
    .into_any()
}
