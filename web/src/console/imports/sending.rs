//! Sending a file, with its progress and a way to give it up.

use std::{cell::Cell, rc::Rc};

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use shared::import::ImportView;
use web_sys::XmlHttpRequest;

use super::{
    kept::{self, Kept},
    picker::Picked,
};
use crate::{
    api::{self, Failure, HowToImport},
    console::Desk,
    format::percent,
    language::{lang, say, tr},
};

/// Sending a file, and how far that is.
#[derive(Clone, Copy)]
pub struct Sending {
    slug: StoredValue<String>,
    /// The share that is sent; nothing while nothing is sent.
    pub share: RwSignal<Option<f64>>,
    pub failure: RwSignal<Option<Failure>>,
    request: StoredValue<Option<XmlHttpRequest>, LocalStorage>,
    goto: Callback<String>,
}

impl Sending {
    /// For the uploads of a partner; `goto` is the console's page of an upload.
    pub fn new(desk: &Desk) -> Self {
        let (navigate, base) = (use_navigate(), desk.href("/imports/"));
        let sending = Self {
            slug: StoredValue::new(desk.slug.clone()),
            share: RwSignal::new(None),
            failure: RwSignal::new(None),
            request: StoredValue::new_local(None),
            goto: Callback::new(move |id: String| {
                navigate(&format!("{base}{id}"), leptos_router::NavigateOptions::default());
            }),
        };
        on_cleanup(move || sending.give_up());
        sending
    }

    /// Whether a file is on its way.
    pub fn busy(self) -> Signal<bool> {
        Signal::derive(move || self.share.with(Option::is_some))
    }

    /// Sends a file to be treated in a way; `retry` is the path of the upload whose failed rows it corrects.
    pub fn send(self, picked: Picked, how: HowToImport, retry: Option<String>) {
        if self.share.get_untracked().is_some() {
            return;
        }
        self.failure.set(None);
        self.share.set(Some(0.0));
        spawn_local(async move {
            let slug = self.slug.get_value();
            let begun = Rc::new(Cell::new(false));
            // Asked first, so that a session that has to be renewed is, before the whole file has been sent in vain.
            let answer = match api::imports(&slug, None).await {
                Ok(_) => {
                    let path = retry.unwrap_or_else(|| api::new_import_path(&slug, how));
                    let progress = move |share: f64| _ = self.share.try_set(Some(share));
                    let noted = begun.clone();
                    let started = move |request| {
                        noted.set(true);
                        self.request.try_set_value(Some(request));
                    };
                    api::upload::<ImportView>(&path, &picked.file, picked.media, progress, started).await
                }
                Err(failure) => Err(failure),
            };
            // Whoever gives it up takes the request away.
            let given_up = begun.get() && self.request.try_update_value(Option::take).flatten().is_none();
            self.share.try_set(None);
            match answer {
                Ok(import) => {
                    let Picked { file, media } = picked;
                    kept::keep(Kept { import: import.id, file, media });
                    self.goto.try_run(import.id.to_string());
                }
                Err(Failure::Offline) if given_up => {}
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }

    /// Stops sending.
    pub fn give_up(self) {
        if let Some(request) = self.request.try_update_value(Option::take).flatten() {
            let _ = request.abort();
        }
    }

    /// How far it is, with a way to stop.
    pub fn progress(self) -> AnyView {
        (move || {
            self.share.get().map(|share| {
                let whole = (share * 1000.0).round();
                // From 0 to 1000 by construction.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let words = move || say!(imports.sending, percent = percent(whole as u64, 1000, lang()));
                view! {
                    <div class="sending" role="status" data-testid="sending">
                        <p>{words}</p>
                        <progress max="1" value=share aria-label=tr!(imports.sending_label)></progress>
                        <button type="button" class="button" on:click=move |_| self.give_up()>{tr!(verb.cancel)}</button>
                    </div>
                }
            })
        })
        .into_any()
    }
}
