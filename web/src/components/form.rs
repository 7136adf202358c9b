//! A form: checks by the rules that the server has, too, shows what is wrong beside each field and in a summary that
//! takes the focus, and sends once.

use std::{future::Future, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use shared::{Code, FieldError, Validate, validate::Violation};

use super::states::words;
use crate::{
    api::Failure,
    browser,
    language::{lang, tr},
};

/// What is wrong with a field: found here, or by the server.
#[derive(Clone, Debug, PartialEq)]
enum Wrong {
    Here(Violation),
    There(FieldError),
}

impl Wrong {
    fn pointer(&self) -> &str {
        match self {
            Self::Here(violation) => &violation.pointer,
            Self::There(error) => &error.pointer,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Here(violation) => violation.localised(lang()).message,
            Self::There(error) => error.message.clone(),
        }
    }
}

type Label = Arc<dyn Fn() -> &'static str + Send + Sync>;

/// The state of a form.
#[derive(Clone, Copy)]
pub struct Form {
    id: &'static str,
    wrong: RwSignal<Vec<Wrong>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    labels: StoredValue<Vec<(&'static str, Label)>>,
}

impl Form {
    /// An untouched form; `id` tells it from others on the same page.
    pub fn new(id: &'static str) -> Self {
        Self {
            id,
            wrong: RwSignal::default(),
            failure: RwSignal::default(),
            busy: RwSignal::new(false),
            labels: StoredValue::default(),
        }
    }

    /// The element id of a field.
    pub fn field_id(self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    /// Makes a field's label known to the summary.
    pub fn register(self, name: &'static str, label: impl Fn() -> &'static str + Send + Sync + 'static) {
        self.labels.update_value(|labels| labels.push((name, Arc::new(label))));
    }

    /// What is wrong with a field, in words.
    pub fn error(self, name: &str) -> Option<String> {
        self.wrong.with(|all| all.iter().find(|w| w.pointer().strip_prefix('/') == Some(name)).map(Wrong::message))
    }

    /// The server's code, if it refused the form as a whole.
    pub fn code(self) -> Option<Code> {
        self.failure.with(|failure| failure.as_ref().and_then(Failure::code))
    }

    /// Whether it is being sent.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Checks `input`; if nothing is wrong, sends it with `call`, and goes on with `then`.
    pub fn submit<I, T, F>(self, input: I, call: impl FnOnce(I) -> F, then: impl FnOnce(T) + 'static)
    where
        I: Validate,
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.failure.set(None);
        let wrong: Vec<_> = input.violations().into_vec().into_iter().map(Wrong::Here).collect();
        let refused = !wrong.is_empty();
        self.wrong.set(wrong);
        if refused {
            self.show();
            return;
        }
        self.busy.set(true);
        let answer = call(input);
        spawn_local(async move {
            let answer = answer.await;
            self.busy.try_set(false);
            match answer {
                Ok(value) => then(value),
                Err(failure) => self.refuse(failure),
            }
        });
    }

    /// Shows a refusal of the server.
    fn refuse(self, failure: Failure) {
        let wrong = match &failure {
            Failure::Problem(problem) => problem.errors.iter().cloned().map(Wrong::There).collect(),
            _ => Vec::new(),
        };
        if wrong.is_empty() {
            self.failure.try_set(Some(failure));
        }
        self.wrong.try_set(wrong);
        self.show();
    }

    fn show(self) {
        let id = format!("{}-summary", self.id);
        request_animation_frame(move || browser::focus_field(&id));
    }

    fn label(self, pointer: &str) -> Option<(&'static str, &'static str)> {
        let name = pointer.strip_prefix('/')?;
        self.labels.with_value(|labels| labels.iter().find(|(n, _)| *n == name).map(|(n, label)| (*n, label())))
    }

    /// The summary of what is wrong; empty while nothing is.
    pub fn summary(self) -> AnyView {
        let line = move |wrong: &Wrong| {
            let message = wrong.message();
            match self.label(wrong.pointer()) {
                Some((name, label)) => {
                    let (id, href) = (self.field_id(name), format!("#{}", self.field_id(name)));
                    let go = move |ev: leptos::ev::MouseEvent| {
                        ev.prevent_default();
                        browser::focus_field(&id);
                    };
                    view! { <li><a href=href on:click=go>{label}": "{message}</a></li> }.into_any()
                }
                None => view! { <li>{message}</li> }.into_any(),
            }
        };
        let content = move || {
            let wrong = self.wrong.get();
            if let Some(failure) = self.failure.get() {
                let (title, help) = words(&failure);
                return Some(view! { <h2>{title}</h2><p>{help}</p> }.into_any());
            }
            (!wrong.is_empty()).then(|| {
                view! { <h2>{tr!(auth.summary)}</h2><ul>{wrong.iter().map(line).collect_view()}</ul> }.into_any()
            })
        };
        let id = format!("{}-summary", self.id);
        view! {
            <div
                class="summary"
                id=id
                role="alert"
                tabindex="-1"
                hidden=move || self.wrong.with(Vec::is_empty) && self.failure.with(Option::is_none)
            >
                {content}
            </div>
        }
        .into_any()
    }

    /// The button that sends it.
    pub fn button(self, label: impl Fn() -> &'static str + Copy + Send + 'static) -> AnyView {
        view! {
            <button
                type="submit"
                class="button primary wide"
                class:busy=self.busy
                aria-disabled=move || self.busy.get().then_some("true")
            >
                <span class="spinner" aria-hidden="true"></span>
                {label}
            </button>
        }
        .into_any()
    }
}
