//! Saving: only what changed is sent, for the version that was read. Somebody else's changes are laid beside one's own.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Code,
    offer::{Action, OfferDraft, OfferState, PartnerOffer},
    partner::MemberRole,
};

use super::{
    super::{Desk, guard::guard},
    compare::{self, Conflict},
    latest,
    sheet::{Texts, build, close_gaps, merge_patch, read, written_over},
    spec::places,
    typing::Sheet,
};
use crate::{
    api::{self, Failure, Tagged},
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
    },
    language::{say, tr},
};

type Offer = RwSignal<Tagged<PartnerOffer>>;

/// What came of saving.
enum Saved {
    /// It is made, and has a page of its own now.
    Made(PartnerOffer),
    /// It is saved.
    Done(Tagged<PartnerOffer>),
    /// It was changed meanwhile: this is how it stands now.
    Stale(Tagged<PartnerOffer>),
}

/// The form's way to the server.
#[derive(Clone, Copy)]
pub struct Saving {
    pub desk: StoredValue<Desk>,
    pub sheet: Sheet,
    /// The offer as it was read; none while it is new.
    pub offer: Option<Offer>,
    /// The texts that were read or saved last.
    base: RwSignal<Texts>,
    conflict: RwSignal<Option<Conflict>>,
    done: RwSignal<bool>,
    goto: Callback<String>,
}

impl Saving {
    /// Of a sheet.
    pub fn new(desk: Desk, sheet: Sheet, offer: Option<Offer>) -> Self {
        let navigate = use_navigate();
        Self {
            desk: StoredValue::new(desk),
            sheet,
            offer,
            base: RwSignal::new(sheet.texts.get_untracked()),
            conflict: RwSignal::new(None),
            done: RwSignal::new(false),
            goto: Callback::new(move |address: String| {
                navigate(&address, NavigateOptions { replace: true, ..NavigateOptions::default() });
            }),
        }
    }

    /// Whether something is typed that is not saved.
    pub fn is_dirty(self) -> bool {
        self.base.with(|base| self.sheet.texts.with(|texts| texts != base))
    }

    /// Takes over what the server answered.
    pub fn take(self, found: Tagged<PartnerOffer>) {
        let texts = read(latest(&found.value));
        self.base.set(texts.clone());
        self.sheet.texts.set(texts);
        if let Some(offer) = self.offer {
            offer.set(found);
        }
    }

    /// Saves, and hands it to the ministry if `submit`.
    pub fn save(self, submit: bool) {
        self.done.set(false);
        self.sheet.texts.update(close_gaps);
        let draft = match self.sheet.texts.with_untracked(build) {
            Ok(draft) => draft,
            Err(wrong) => {
                self.sheet.form.accept(wrong);
                return;
            }
        };
        self.sheet.form.accept(Vec::new());
        let slug = self.desk.with_value(|desk| desk.slug.clone());
        let before = self.offer.map(|offer| offer.get_untracked());
        self.sheet.form.send(send(slug, before, draft, submit), move |saved| match saved {
            Saved::Made(offer) => {
                self.goto.run(self.desk.with_value(|desk| desk.href(&format!("/offers/{}", offer.id))));
            }
            Saved::Done(offer) => {
                self.take(offer);
                self.done.set(true);
            }
            Saved::Stale(theirs) => {
                let (base, mine) = (self.base.get_untracked(), self.sheet.texts.get_untracked());
                self.conflict.set(Some(Conflict::new(base, mine, theirs)));
            }
        });
    }

    /// The bar with the buttons that save.
    pub fn bar(self) -> AnyView {
        if !self.desk.with_value(|desk| desk.may(MemberRole::Editor)) {
            return view! { <p class="reason">{icon(Icon::Info)}<span>{tr!(editor.read_only)}</span></p> }.into_any();
        }
        let state = Memo::new(move |_| self.offer.map(|offer| offer.with(|o| o.value.state)));
        let may_submit = move || match self.offer {
            Some(offer) => offer.with(|o| o.value.allowed.contains(&Action::Submit)),
            None => true,
        };
        let save = move || match state.get() {
            Some(OfferState::Announced | OfferState::Published | OfferState::Paused) => say!(editor.save_for_review),
            Some(_) => say!(verb.save),
            None => say!(editor.save_draft),
        };
        let said = move || {
            if self.is_dirty() {
                say!(editor.dirty)
            } else if self.done.get() {
                say!(verb.saved)
            } else {
                String::new()
            }
        };
        let busy = self.sheet.form.busy();
        let submit = move || {
            may_submit().then(|| {
                view! {
                    <span data-testid="save-submit">
                        {action("button primary", || say!(editor.save_submit), busy, move || self.save(true))}
                    </span>
                }
            })
        };
        let class = move || if may_submit() { PLAIN } else { "button primary" };
        view! {
            <div class="save-bar" class:dirty=move || self.is_dirty() hidden=move || state.get() == Some(OfferState::Ended)>
                <p role="status" data-testid="save-said">{said}</p>
                <div class="row">
                    <span data-testid="save">{move || action(class(), save, busy, move || self.save(false))}</span>
                    {submit}
                </div>
            </div>
        }
        .into_any()
    }

    /// The dialogs: both versions side by side while there are two, and the question before one leaves what is typed.
    pub fn dialogs(self) -> AnyView {
        let resolve = Callback::new(move |(texts, theirs): (Texts, Tagged<PartnerOffer>)| {
            self.conflict.set(None);
            self.base.set(read(latest(&theirs.value)));
            if let Some(offer) = self.offer {
                offer.set(theirs);
            }
            self.sheet.texts.set(texts);
            self.save(false);
        });
        view! { {compare::dialog_of(self.conflict, resolve)} {guard(move || self.is_dirty())} }.into_any()
    }
}

/// A tag for a version, to be sent with a change: the server compares the version alone.
fn tag(offer: &PartnerOffer) -> String {
    format!("\"v{}\"", offer.version)
}

async fn send(
    slug: String,
    before: Option<Tagged<PartnerOffer>>,
    draft: OfferDraft,
    submit: bool,
) -> Result<Saved, Failure> {
    let Some(before) = before else {
        let made = api::create_offer(&slug, &draft).await?;
        if submit {
            // The draft is made in any case; if it cannot be handed in, its page says so.
            let _ = api::act_on_offer(&slug, made.id, "submit", tag(&made)).await;
        }
        return Ok(Saved::Made(made));
    };
    let id = before.value.id;
    let former = latest(&before.value);
    let after = written_over(&places(draft.kind), former, &draft);
    let patch = merge_patch(&serde_json::to_value(former).unwrap_or_default(), &after);
    let unchanged = patch.as_object().is_some_and(serde_json::Map::is_empty);
    let changed = if unchanged { Ok(before) } else { api::change_offer(&slug, id, &patch, before.tag).await };
    let answer = match changed {
        Ok(changed) if submit => api::act_on_offer(&slug, id, "submit", changed.tag).await,
        other => other,
    };
    match answer {
        Ok(done) => Ok(Saved::Done(done)),
        Err(failure) if failure.code() == Some(Code::StaleVersion) => {
            Ok(Saved::Stale(api::desk_offer(&slug, id).await?))
        }
        Err(failure) => Err(failure),
    }
}
