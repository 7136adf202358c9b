//! Fields in which one chooses: one of a list, or some.

use leptos::prelude::*;
use shared::offer::Fulfilment;

use super::{
    super::{
        sheet::kind_of,
        spec::{Choice, Spec},
        typing::Sheet,
    },
    beside, described, optional,
};
use crate::language::{lang, tr};

/// One of a list.
pub fn one(sheet: Sheet, spec: Spec, choice: Choice) -> AnyView {
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
pub fn many(sheet: Sheet, spec: Spec, choice: Choice) -> AnyView {
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
