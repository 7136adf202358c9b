//! One upload: how it goes, what it did or would do, its errors, and the next step.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use shared::{
    Code, ImportId,
    import::{ImportMode, ImportState, ImportView, OnError},
    partner::MemberRole,
};

use super::{
    counts, errors, follow,
    kept::{self, Kept},
    picker::{Choice, Picked, picker},
    sending::Sending,
};
use crate::{
    api::{self, Failure, HowToImport},
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        note,
        page::titled,
        states::{ghost_text, page_states},
    },
    console::Desk,
    format::{moment, number, percent},
    language::{lang, say, tr},
    load::load,
    names,
};

/// The page `/console/{slug}/imports/{id}`.
pub fn import(desk: Desk) -> AnyView {
    titled(|| say!(imports.title));
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("id")).and_then(|id| id.parse::<ImportId>().ok()));
    let slug = StoredValue::new(desk.slug.clone());
    let found = load(move || {
        let id = id.get();
        async move {
            match id {
                Some(id) => api::import(&slug.get_value(), id).await,
                None => Err(Failure::refusal(Code::NotFound)),
            }
        }
    });
    let at = desk.clone();
    view! {
        <div class="console-page">
            <nav class="crumbs"><a href=at.href("/imports")>{icon(Icon::Left)}{tr!(imports.title)}</a></nav>
            {page_states(found, ghost_text, move |import| show(&desk, slug, import.clone()))}
        </div>
    }
    .into_any()
}

fn show(desk: &Desk, slug: StoredValue<String>, first: ImportView) -> AnyView {
    let id = first.id;
    let started_over = first.state.is_over();
    let import = RwSignal::new(first);
    if !started_over {
        follow::follow(slug, id, Callback::new(move |now| _ = import.try_set(now)));
    }
    let state = Memo::new(move |_| import.with(|i| i.state));
    let over = Memo::new(move |_| state.get().is_over());
    let failed = Memo::new(move |_| import.with(|i| i.counts.failed));
    let sending = Sending::new(desk);
    let may = desk.may(MemberRole::Editor);
    let desk = desk.clone();
    view! {
        {head(import)}
        {move || (!over.get()).then(|| running(slug, import, may))}
        {move || over.get().then(|| outcome(import))}
        <section class="panel" data-testid="counts">
            <h2>{move || if import.with(|i| i.dry_run) { say!(imports.would) } else { say!(imports.did) }}</h2>
            {move || import.with(counts::counts)}
        </section>
        {move || (over.get() && may).then(|| next(&desk, sending, import))}
        {move || (over.get() && failed.get() > 0).then(|| errors::errors(slug, id))}
    }
    .into_any()
}

fn head(import: RwSignal<ImportView>) -> AnyView {
    let (at, mode, dry_run) = import.with_untracked(|i| (i.created_at, i.mode, i.dry_run));
    let title = move || if dry_run { say!(imports.trial) } else { say!(imports.run) };
    view! {
        <header class="heading">
            <p class="row">
                <span data-testid="import-state">{move || import.with(counts::state)}</span>
                <span class="quiet">
                    {move || moment(at, lang())}" · "{move || names::import_mode(mode, lang())}
                </span>
            </p>
            <h1 tabindex="-1">{title}</h1>
        </header>
    }
    .into_any()
}

/// While it runs: how far it is, how long it takes, and a way to stop it.
fn running(slug: StoredValue<String>, import: RwSignal<ImportView>, may: bool) -> AnyView {
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let id = import.with_untracked(|i| i.id);
    let cancel = move || {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::cancel_import(&slug.get_value(), id).await;
            busy.try_set(false);
            match answer {
                Ok(now) => _ = import.try_set(now),
                // It was over before it could be stopped; its own news are on their way.
                Err(problem) if problem.code() == Some(Code::StateConflict) => {}
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let share = move || import.with(|i| (i.bytes_done, i.bytes.max(1)));
    let words = move || {
        import.with(|i| match (i.state, i.seconds_left) {
            (ImportState::Queued, _) => say!(imports.queued),
            (_, Some(seconds)) if seconds > 1 => say!(
                imports.going_eta,
                n = number(i.counts.read, lang()),
                percent = percent(i.bytes_done, i.bytes.max(1), lang()),
                seconds = number(seconds.into(), lang())
            ),
            _ => say!(
                imports.going,
                n = number(i.counts.read, lang()),
                percent = percent(i.bytes_done, i.bytes.max(1), lang())
            ),
        })
    };
    view! {
        <section class="panel sending" data-testid="running">
            <p role="status">{words}</p>
            <progress
                max=move || share().1.to_string()
                value=move || share().0.to_string()
                aria-label=tr!(imports.going_label)
            ></progress>
            <p class="quiet small">{tr!(imports.may_leave)}</p>
            {note::refused(failure)}
            {may.then(|| view! { <div class="row">{action(PLAIN, || say!(imports.stop), busy.into(), cancel)}</div> })}
        </section>
    }
    .into_any()
}

/// What came of it, in a sentence.
fn outcome(import: RwSignal<ImportView>) -> AnyView {
    let import = import.get_untracked();
    let failed = import.counts.failed;
    let (mode, dry_run, on_error) = (import.mode, import.dry_run, import.on_error);
    let n = move || number(failed, lang());
    match import.state {
        ImportState::Failed => {
            let why = import.failure.clone();
            let words = move || why.as_ref().map(|why| (why.message.clone(), why.remedy.clone())).unwrap_or_default();
            let help = words.clone();
            view! {
                <div class="reason bad" role="alert" data-testid="import-failed">
                    {icon(Icon::Warn)}
                    <span><strong>{move || words().0}</strong>" "{move || help().1}</span>
                </div>
            }
            .into_any()
        }
        ImportState::Cancelled => {
            note::plain(
                Icon::Info,
                move || {
                    if dry_run { say!(imports.cancelled_trial) } else { say!(imports.cancelled) }
                },
            )
        }
        _ if failed == 0 && dry_run => note::good(Icon::Check, || say!(imports.trial_fine)),
        _ if failed == 0 => note::good(Icon::Check, || say!(imports.all_fine)),
        _ if on_error == OnError::RejectAll => note::plain(Icon::Warn, move || say!(imports.none_taken, n = n())),
        _ if dry_run => note::plain(Icon::Warn, move || say!(imports.trial_failed, n = n())),
        _ if mode == ImportMode::ReplaceAll => note::plain(Icon::Warn, move || say!(imports.some_failed_kept, n = n())),
        _ => note::plain(Icon::Warn, move || say!(imports.some_failed, n = n())),
    }
}

/// How an upload was treated.
fn how(import: &ImportView, dry_run: bool) -> HowToImport {
    HowToImport {
        mode: import.mode,
        on_error: import.on_error,
        max_delete_percent: import.max_delete_percent,
        dry_run,
        submit: import.submit,
    }
}

/// The next step: after a trial the real run, or the corrected file; after a real run, the corrected file for what failed.
fn next(desk: &Desk, sending: Sending, import: RwSignal<ImportView>) -> AnyView {
    let import = import.get_untracked();
    let failed = import.counts.failed > 0 || import.state == ImportState::Failed;
    let choice = Choice::new_local(None);
    let real = (import.dry_run && import.state == ImportState::Finished).then(|| real_run(sending, &import, choice));
    let again = (failed && (import.dry_run || import.state == ImportState::Finished)).then(|| {
        let corrected = Choice::new_local(None);
        let how = how(&import, import.dry_run);
        let retry = (!import.dry_run).then(|| api::imports_path(&desk.slug, &format!("/{}/retry", import.id)));
        let go = move || {
            if let Some(picked) = corrected.get_untracked() {
                sending.send(picked, how, retry.clone());
            }
        };
        let label = move || if how.dry_run { say!(imports.try_again) } else { say!(imports.retry) };
        let help = move || if how.dry_run { tr!(imports.try_again_help)() } else { tr!(imports.retry_help)() };
        view! {
            <section class="panel" data-testid="corrected">
                <h2>{tr!(imports.corrected)}</h2>
                <p class="quiet">{help}</p>
                {picker(corrected)}
                <div class="row" hidden=move || corrected.with(Option::is_none)>
                    {action("button primary", label, sending.busy(), go)}
                </div>
            </section>
        }
    });
    let offers = (!import.dry_run && import.state == ImportState::Finished).then(|| {
        view! { <div class="row"><a class="button" href=desk.href("/offers")>{tr!(imports.see_offers)}</a></div> }
    });
    view! {
        {note::refused(sending.failure)}
        {sending.progress()}
        {real}
        {again}
        {offers}
    }
    .into_any()
}

/// After a trial: the same file, for real. In a tab that has it no more, it is chosen again.
fn real_run(sending: Sending, import: &ImportView, choice: Choice) -> AnyView {
    let how = how(import, false);
    let none = import.counts.read == import.counts.failed;
    let nothing = none || (how.on_error == OnError::RejectAll && import.counts.failed > 0);
    if nothing {
        return ().into_any();
    }
    let here = kept::of(import.id);
    let has_file = here.is_some();
    if let Some(Kept { file, media, .. }) = here {
        choice.set(Some(Picked { file, media }));
    }
    let go = move || {
        if let Some(picked) = choice.get_untracked() {
            sending.send(picked, how, None);
        }
    };
    let n = import.counts.read - import.counts.failed;
    let label = move || say!(imports.do_it, n = number(n, lang()));
    view! {
        <section class="panel" data-testid="real-run">
            <h2>{tr!(imports.now_real)}</h2>
            <p class="quiet">{tr!(imports.now_real_help)}</p>
            {(!has_file).then(|| view! { <p class="quiet">{tr!(imports.choose_same)}</p>{picker(choice)} })}
            <div class="row" hidden=move || choice.with(Option::is_none)>
                {action("button primary big", label, sending.busy(), go)}
            </div>
        </section>
    }
    .into_any()
}
