//! A form: checks by the rules that the server has, too, shows what is wrong beside each field and in a summary that
//! takes the focus, and sends once.

use std::{future::Future, sync::Arc};

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
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

type Label = Arc<dyn Fn() -> String + Send + Sync>;

/// The state of a form.
#[derive(Clone, Copy)]
pub struct Form {
    id: &'static str,
    wrong: RwSignal<Vec<Wrong>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    labels: StoredValue<Vec<(String, Label)>>,
    visit: StoredValue<Option<Callback<String>>>,
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
            visit: StoredValue::default(),
        }
    }

    /// The element id of a field.
    pub fn field_id(self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    /// Makes a field's label known to the summary.
    pub fn register(self, name: &'static str, label: impl Fn() -> &'static str + Send + Sync + 'static) {
        self.register_as(name, move || label().to_owned());
    }

    /// The same for a field whose name or label is put together. A field that is drawn again takes its place.
    pub fn register_as(self, name: &str, label: impl Fn() -> String + Send + Sync + 'static) {
        let label: Label = Arc::new(label);
        self.labels.update_value(|labels| match labels.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = label,
            None => labels.push((name.to_owned(), label)),
        });
    }

    /// Called with a field's name before the focus goes there, for fields that may be out of sight.
    pub fn on_visit(self, show: Callback<String>) {
        self.visit.set_value(Some(show));
    }

    /// What is wrong with a field, or with a part of it, in words.
    pub fn error(self, name: &str) -> Option<String> {
        self.wrong.with(|all| all.iter().find(|w| belongs(w.pointer(), name)).map(Wrong::message))
    }

    /// Puts what was found to be wrong with one field in place of what was known of it.
    pub fn judge(self, name: &str, found: Vec<Violation>) {
        let found = found.into_iter().filter(|violation| belongs(&violation.pointer, name)).map(Wrong::Here);
        self.wrong.update(|all| {
            all.retain(|wrong| !belongs(wrong.pointer(), name));
            all.extend(found);
        });
    }

    /// Shows all that was found to be wrong; answers whether that is nothing.
    pub fn accept(self, found: Vec<Violation>) -> bool {
        self.failure.set(None);
        let fine = found.is_empty();
        self.wrong.set(found.into_iter().map(Wrong::Here).collect());
        if !fine {
            self.show();
        }
        fine
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
        if self.accept(input.violations().into_vec()) {
            self.send(call(input), then);
        }
    }

    /// What a form does with `on:submit`: the `input` of that moment goes the way of `submit`.
    pub fn on_submit<I, T, F>(
        self,
        input: impl Fn() -> I + Clone + 'static,
        call: impl FnOnce(I) -> F + Clone + 'static,
        then: impl FnOnce(T) + Clone + 'static,
    ) -> impl Fn(SubmitEvent) + Clone + 'static
    where
        I: Validate,
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        move |ev| {
            ev.prevent_default();
            self.submit(input(), call.clone(), then.clone());
        }
    }

    /// Sends what is known to be fine, once, and goes on with `then`.
    pub fn send<T, F>(self, answer: F, then: impl FnOnce(T) + 'static)
    where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
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

    fn go_to(self, name: &str) {
        if let Some(show) = self.visit.get_value() {
            show.run(name.to_owned());
        }
        let id = self.field_id(name);
        request_animation_frame(move || browser::focus_field(&id));
    }

    /// Where the field is among the others; what belongs to none comes last.
    fn place(self, pointer: &str) -> usize {
        self.labels
            .with_value(|labels| labels.iter().position(|(name, _)| belongs(pointer, name)).unwrap_or(labels.len()))
    }

    fn label(self, pointer: &str) -> Option<(String, String)> {
        self.labels.with_value(|labels| {
            labels.iter().find(|(name, _)| belongs(pointer, name)).map(|(name, label)| (name.clone(), label()))
        })
    }

    /// The summary of what is wrong; empty while nothing is.
    pub fn summary(self) -> AnyView {
        let line = move |wrong: &Wrong| {
            let message = wrong.message();
            match self.label(wrong.pointer()) {
                Some((name, label)) => {
                    let href = format!("#{}", self.field_id(&name));
                    let go = move |ev: leptos::ev::MouseEvent| {
                        ev.prevent_default();
                        self.go_to(&name);
                    };
                    view! { <li><a href=href on:click=go>{label}": "{message}</a></li> }.into_any()
                }
                None => view! { <li>{message}</li> }.into_any(),
            }
        };
        let content = move || {
            let mut wrong = self.wrong.get();
            wrong.sort_by_key(|one| self.place(one.pointer()));
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

/// Whether what is wrong at `pointer` belongs to the field `name`: `/price/amount_minor` to `price`.
fn belongs(pointer: &str, name: &str) -> bool {
    let rest = pointer.strip_prefix('/').and_then(|path| path.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
