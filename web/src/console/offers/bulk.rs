//! Doing something to the offers that are chosen, and what became of each.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Lang,
    offer::{BulkAction, BulkRequest, BulkResult},
};

use super::Chosen;
use crate::{
    api::{self, Failure},
    components::{
        action::{DANGER, PLAIN, action},
        dialog::dialog,
        icon::{Icon, icon},
        note,
        pill::state_pill,
    },
    format::number,
    language::{lang, locale, say, tr},
};

const ACTIONS: [BulkAction; 4] = [BulkAction::Submit, BulkAction::Pause, BulkAction::Resume, BulkAction::End];

fn name(action: BulkAction, lang: Lang) -> &'static str {
    use leptos_i18n::td_string;
    let locale = locale(lang);
    match action {
        BulkAction::Submit => td_string!(locale, act.submit),
        BulkAction::Withdraw => td_string!(locale, act.withdraw),
        BulkAction::Pause => td_string!(locale, act.pause),
        BulkAction::Resume => td_string!(locale, act.resume),
        BulkAction::End => td_string!(locale, act.end),
        BulkAction::Delete => td_string!(locale, act.delete),
    }
}

/// The bar, while something is chosen; `reload` reads the list again.
pub fn bar(slug: &str, chosen: Chosen, reload: Callback<()>) -> AnyView {
    let slug = StoredValue::new(slug.to_owned());
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (asked, open) = (RwSignal::new(BulkAction::Pause), RwSignal::new(false));
    let result = RwSignal::new(None::<BulkResult>);
    let run = move |action: BulkAction| {
        let ids: Vec<_> = chosen.with_untracked(|c| c.iter().copied().collect());
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::act_on_offers(&slug.get_value(), &BulkRequest { action, ids }).await;
            busy.try_set(false);
            match answer {
                Ok(done) => {
                    result.try_set(Some(done));
                    reload.run(());
                }
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let count = move || number(chosen.with(|c| c.len() as u64), lang());
    let content = move || {
        if let Some(done) = result.get() {
            return outcome(&done, open, chosen);
        }
        let what = asked.get_untracked();
        let help = move || match what {
            BulkAction::Submit => say!(act.submit_many, n = count()),
            BulkAction::Resume => say!(act.resume_many, n = count()),
            BulkAction::End => say!(act.end_many, n = count()),
            _ => say!(act.pause_many, n = count()),
        };
        let class = if what == BulkAction::End { DANGER } else { "button primary" };
        view! {
            <p>{help}</p>
            {note::refused(failure)}
            <div class="row dialog-row" data-testid="bulk-do">
                {action(class, move || name(what, lang()).to_owned(), busy.into(), move || run(what))}
                <button type="button" class="button" on:click=move |_| open.set(false)>{tr!(verb.cancel)}</button>
            </div>
        }
        .into_any()
    };
    let button = move |what: BulkAction| {
        let ask = move || {
            result.set(None);
            failure.set(None);
            asked.set(what);
            open.set(true);
        };
        let label = move || name(what, lang()).to_owned();
        view! { <span data-testid=format!("bulk-{}", what.as_str())>{action(PLAIN, label, busy.into(), ask)}</span> }
    };
    view! {
        <div class="save-bar bulk-bar" hidden=move || chosen.with(std::collections::BTreeSet::is_empty)>
            <p role="status">{move || say!(my_offers.chosen, n = count())}</p>
            <div class="row">
                {ACTIONS.map(button).collect_view()}
                <button
                    type="button"
                    class="icon-button"
                    aria-label=tr!(my_offers.choose_none)
                    title=tr!(my_offers.choose_none)
                    on:click=move |_| chosen.set(std::collections::BTreeSet::new())
                >
                    {icon(Icon::Cross)}
                </button>
            </div>
        </div>
        {dialog(open, "dialog", move || name(asked.get(), lang()).to_owned(), content)}
    }
    .into_any()
}

/// For how many it was done, and why not for the others, gathered by reason.
fn outcome(done: &BulkResult, open: RwSignal<bool>, chosen: Chosen) -> AnyView {
    let (good, bad) = (done.done, done.refused);
    let mut reasons: HashMap<String, (u32, Vec<_>)> = HashMap::new();
    for item in done.items.iter().filter(|item| !item.done) {
        let reason = item.message.clone().or_else(|| item.code.map(|c| c.title(lang()).to_owned())).unwrap_or_default();
        let entry = reasons.entry(reason).or_default();
        entry.0 += 1;
        if let Some(state) = item.state.filter(|state| !entry.1.contains(state)) {
            entry.1.push(state);
        }
    }
    let lines = reasons.into_iter().map(|(reason, (count, states))| {
        view! {
            <li>
                <strong>{number(count.into(), lang())}</strong>" – "{reason}" "
                {states.into_iter().map(|state| state_pill(state, false)).collect_view()}
            </li>
        }
    });
    let lines = lines.collect_view();
    let close = move |_| {
        open.set(false);
        chosen.set(std::collections::BTreeSet::new());
    };
    view! {
        <div data-testid="bulk-outcome" role="status">
            {note::good(Icon::Check, move || say!(act.done_for, n = number(good.into(), lang())))}
            {(bad > 0).then(|| note::plain(Icon::Warn, move || say!(act.refused_for, n = number(bad.into(), lang()))))}
            <ul class="reasons">{lines}</ul>
            <div class="row dialog-row"><button type="button" class="button primary" on:click=close>{tr!(verb.close)}</button></div>
        </div>
    }
    .into_any()
}
