//! What can be done with an offer besides writing it, as far as its state allows.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::offer::{Action, PartnerOffer};

use super::{saving::Saving, spec::Word};
use crate::{
    api::{self, Failure, Tagged},
    components::{
        action::{PLAIN, action},
        dialog::confirm,
        note,
    },
    language::{lang, locale, say, text},
};

/// An action of the partner.
#[derive(Clone, Copy)]
struct Step {
    action: Action,
    path: &'static str,
    label: Word,
    /// What is asked before; nothing where it does no harm.
    sure: Option<(Word, Word)>,
}

const STEPS: [Step; 6] = [
    Step { action: Action::Submit, path: "submit", label: text!(act.submit), sure: None },
    Step {
        action: Action::Withdraw,
        path: "withdraw",
        label: text!(act.withdraw),
        sure: Some((text!(act.withdraw_sure), text!(act.withdraw_help))),
    },
    Step {
        action: Action::Pause,
        path: "pause",
        label: text!(act.pause),
        sure: Some((text!(act.pause_sure), text!(act.pause_help))),
    },
    Step { action: Action::Resume, path: "resume", label: text!(act.resume), sure: None },
    Step {
        action: Action::End,
        path: "end",
        label: text!(act.end),
        sure: Some((text!(act.end_sure), text!(act.end_help))),
    },
    Step {
        action: Action::Delete,
        path: "",
        label: text!(act.delete),
        sure: Some((text!(act.delete_sure), text!(act.delete_help))),
    },
];

/// The buttons.
pub fn actions(saving: Saving, offer: RwSignal<Tagged<PartnerOffer>>) -> AnyView {
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let navigate = use_navigate();
    let gone = Callback::new(move |()| {
        let list = saving.desk.with_value(|desk| desk.href("/offers"));
        navigate(&list, NavigateOptions { replace: true, ..NavigateOptions::default() });
    });
    let button = move |step: Step| {
        let allowed = Memo::new(move |_| offer.with(|o| o.value.allowed.contains(&step.action)));
        let label = move || (step.label)(locale(lang())).to_owned();
        let asked = RwSignal::new(false);
        let run = move || async move {
            let slug = saving.desk.with_value(|desk| desk.slug.clone());
            let (id, tag) = offer.with_untracked(|o| (o.value.id, o.tag.clone()));
            if step.action == Action::Delete {
                api::delete_offer(&slug, id, tag).await?;
                gone.run(());
                return Ok(());
            }
            let done = api::act_on_offer(&slug, id, step.path, tag).await?;
            // What is typed and not saved stays.
            if saving.is_dirty() {
                offer.set(done);
            } else {
                saving.take(done);
            }
            Ok(())
        };
        let at_once = move || {
            busy.set(true);
            failure.set(None);
            leptos::task::spawn_local(async move {
                let answer: Result<(), Failure> = run().await;
                busy.try_set(false);
                if let Err(problem) = answer {
                    failure.try_set(Some(problem));
                }
            });
        };
        // A draft with unsaved words is handed in by the bar below, which saves them first.
        let hidden = move || !allowed.get() || (step.action == Action::Submit && saving.is_dirty());
        let class = if matches!(step.action, Action::Submit | Action::Resume) { "button primary" } else { PLAIN };
        let press = move || if step.sure.is_some() { asked.set(true) } else { at_once() };
        let dialog = step.sure.map(|(title, help)| {
            confirm(
                asked,
                move || title(locale(lang())).to_owned(),
                move || help(locale(lang())).to_owned(),
                label,
                run,
            )
        });
        let name = if step.path.is_empty() { "delete" } else { step.path };
        view! {
            <span hidden=hidden data-testid=format!("act-{name}")>{action(class, label, busy.into(), press)}</span>
            {dialog}
        }
    };
    let none = move || offer.with(|o| !STEPS.iter().any(|step| o.value.allowed.contains(&step.action)));
    view! {
        <div class="row actions" role="group" aria-label=move || say!(act.title) hidden=none>
            {STEPS.into_iter().map(button).collect_view()}
        </div>
        {note::refused(failure)}
    }
    .into_any()
}
