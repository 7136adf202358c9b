//! What is being typed, and in which language.

use leptos::prelude::*;
use shared::{FieldCode, Lang};

use super::sheet::{Texts, build};
use crate::{
    components::{
        form::Form,
        icon::{Icon, icon},
    },
    language::{say, tr},
    names,
};

/// What is being written: the form with its errors, the texts, and the language in which they are written now.
#[derive(Clone, Copy)]
pub struct Sheet {
    pub form: Form,
    pub texts: RwSignal<Texts>,
    pub tongue: RwSignal<Lang>,
}

impl Sheet {
    /// A sheet with these texts on it.
    pub fn new(texts: Texts) -> Self {
        let (form, tongue) = (Form::new("offer"), RwSignal::new(Lang::Az));
        // A text of another language is brought to the front before the focus goes there.
        form.on_visit(Callback::new(move |name: String| {
            let tag = name.rsplit('/').next().unwrap_or_default();
            if let Some(tongue_of_it) = Lang::ALL.into_iter().find(|l| l.tag() == tag) {
                tongue.set(tongue_of_it);
            }
        }));
        Self { form, texts: RwSignal::new(texts), tongue }
    }

    /// What stands at a place.
    pub fn text(self, pointer: &str) -> String {
        self.texts.with(|texts| texts.get(pointer).cloned().unwrap_or_default())
    }

    /// Writes it.
    pub fn write(self, pointer: &str, text: String) {
        self.texts.update(|texts| {
            if text.is_empty() {
                texts.remove(pointer);
            } else {
                texts.insert(pointer.to_owned(), text);
            }
        });
    }

    /// Checks one field by the rules, once it is left. What is still empty is not held against anybody before they
    /// send it.
    pub fn judge(self, name: &str) {
        let found = self.texts.with_untracked(|texts| build(texts).err().unwrap_or_default());
        self.form.judge(name, found.into_iter().filter(|v| v.code != FieldCode::Required).collect());
    }

    /// How many texts that are there in Azerbaijani lack another language.
    fn missing(self, tongue: Lang) -> usize {
        self.texts.with(|texts| {
            let az =
                texts.iter().filter(|(_, text)| !text.trim().is_empty()).filter_map(|(p, _)| p.strip_suffix("/az"));
            az.filter(|place| texts.get(&format!("{place}/{}", tongue.tag())).is_none_or(|t| t.trim().is_empty()))
                .count()
        })
    }
}

/// The switch between the languages of the texts; those that lack something say so.
pub fn tongues(sheet: Sheet) -> AnyView {
    let tab = move |tongue: Lang| {
        let missing = move || sheet.missing(tongue);
        let state = move || match missing() {
            0 => view! { <span class="tongue-ok">{icon(Icon::Check)}</span> }.into_any(),
            n => view! { <span class="tongue-missing">{say!(editor.missing, n = n)}</span> }.into_any(),
        };
        view! {
            <button
                type="button"
                class="tab"
                data-testid=format!("tongue-{}", tongue.tag())
                aria-pressed=move || (sheet.tongue.get() == tongue).to_string()
                on:click=move |_| sheet.tongue.set(tongue)
            >
                <span lang=tongue.tag()>{names::language(tongue, tongue)}</span>
                {(tongue != Lang::Az).then_some(state)}
            </button>
        }
    };
    view! {
        <div class="tabs" role="group" aria-label=tr!(editor.tongues)>
            {Lang::ALL.into_iter().map(tab).collect_view()}
        </div>
    }
    .into_any()
}
