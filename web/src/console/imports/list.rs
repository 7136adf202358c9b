//! What was uploaded, the newest first, and the files to fill in.

use leptos::{prelude::*, task::spawn_local};
use shared::{Page, import::ImportView, offer::Kind, partner::MemberRole};

use super::counts;
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        card::kind_badge,
        icon::{Icon, icon},
        note,
        page::titled,
        states::{empty, ghost_few, states},
    },
    console::Desk,
    format::{moment, number},
    language::{lang, say, tr},
    load::load,
    names,
};

/// The page `/console/{slug}/imports`.
pub fn imports(desk: Desk) -> AnyView {
    titled(|| say!(imports.title));
    let slug = StoredValue::new(desk.slug.clone());
    let list = load(move || async move { api::imports(&slug.get_value(), None).await });
    let may = desk.may(MemberRole::Editor);
    let new = may.then(|| {
        view! { <a class="button primary" href=desk.href("/imports/new")>{icon(Icon::Plus)}{tr!(imports.new)}</a> }
    });
    let templates = templates(slug);
    let show = move |page: &Page<ImportView>| show(&desk, slug, page);
    view! {
        <div class="console-page">
            <header class="page-head"><h1 tabindex="-1">{tr!(imports.title)}</h1>{new}</header>
            {states(list, ghost_few, show)}
            {templates}
        </div>
    }
    .into_any()
}

fn show(desk: &Desk, slug: StoredValue<String>, first: &Page<ImportView>) -> AnyView {
    if first.items.is_empty() {
        let step = view! { <a class="button primary" href=desk.href("/imports/new")>{tr!(imports.new)}</a> };
        return empty(Icon::Download, tr!(imports.empty), tr!(imports.empty_help), step.into_any());
    }
    let (more, cursor) = (RwSignal::new(Vec::<ImportView>::new()), RwSignal::new(first.next_cursor.clone()));
    let busy = RwSignal::new(false);
    let go_on = move || {
        busy.set(true);
        spawn_local(async move {
            if let Ok(page) = api::imports(&slug.get_value(), cursor.get_untracked().as_deref()).await {
                more.try_update(|all| all.extend(page.items));
                cursor.try_set(page.next_cursor);
            }
            busy.try_set(false);
        });
    };
    let at = desk.clone();
    let rest = move || more.with(|all| all.iter().map(|import| row(&at, import)).collect_view());
    let button = move || cursor.with(Option::is_some).then(|| action(PLAIN, || say!(verb.more), busy.into(), go_on));
    view! {
        <ul class="rows">{first.items.iter().map(|import| row(desk, import)).collect_view()}{rest}</ul>
        <div class="more-row">{button}</div>
    }
    .into_any()
}

fn row(desk: &Desk, import: &ImportView) -> AnyView {
    let (at, mode, dry_run) = (import.created_at, import.mode, import.dry_run);
    let (read, failed) = (import.counts.read, import.counts.failed);
    let rows = move || match failed {
        0 => say!(imports.rows, n = number(read, lang())),
        _ => say!(imports.rows_failed, n = number(read, lang()), failed = number(failed, lang())),
    };
    view! {
        <li class="row-item" data-testid="import-row">
            <div class="row-words">
                <h3>
                    <a href=desk.href(&format!("/imports/{}", import.id))>
                        {move || moment(at, lang())}
                    </a>
                </h3>
                <p>
                    {move || if dry_run { say!(imports.trial) } else { names::import_mode(mode, lang()).to_owned() }}
                    " · "{rows}
                </p>
            </div>
            {counts::state(import)}
        </li>
    }
    .into_any()
}

/// A file to fill in for each kind.
pub fn templates(slug: StoredValue<String>) -> AnyView {
    let failure = RwSignal::new(None::<Failure>);
    let take = move |kind: Kind| {
        failure.set(None);
        spawn_local(async move {
            match api::import_template(&slug.get_value(), kind).await {
                Ok(text) => browser::download(&format!("{}.csv", kind.as_str()), "text/csv", &with_bom(&text)),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let button = |kind: Kind| {
        view! {
            <li>
                <button type="button" class="row-item template" on:click=move |_| take(kind)>
                    {kind_badge(kind)}
                    <span class="row-words">{move || names::kind(kind, lang())}</span>
                    {icon(Icon::Download)}
                </button>
            </li>
        }
    };
    view! {
        <section class="section">
            <h2>{tr!(imports.templates)}</h2>
            <p class="quiet">{tr!(imports.templates_help)}</p>
            {note::refused(failure)}
            <ul class="templates">{Kind::ALL.iter().map(|kind| button(*kind)).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// A text with the mark by which Excel knows UTF-8; reading it as text took that away.
pub fn with_bom(text: &str) -> String {
    format!("\u{feff}{}", text.trim_start_matches('\u{feff}'))
}
