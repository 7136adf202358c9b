//! What is wrong with rows: a table that can be filtered, searched and downloaded with the rows as they were sent.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use shared::{ImportId, Page, fold::fold, import::RowError};

use super::list::with_bom;
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::{PLAIN, action},
        icon::{Icon, icon},
        note,
        states::{ghost_few, states},
    },
    format::number,
    language::{lang, say, tr},
    load::load,
};

/// The table.
pub fn errors(slug: StoredValue<String>, id: ImportId) -> AnyView {
    let code = RwSignal::new(String::new());
    let search = RwSignal::new(String::new());
    // The codes that were met, with their words in the language of the page.
    let codes = RwSignal::new(BTreeMap::<String, String>::new());
    let first = load(move || {
        let code = code.get();
        // Messages come in the language of the call.
        let _ = lang();
        async move { api::import_errors(&slug.get_value(), id, &code, None).await }
    });
    Effect::new(move |_| {
        if let Some(page) = first.ready() {
            codes.update(|codes| note_codes(codes, &page.items));
        }
    });
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let download = move || {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = api::import_errors_csv(&slug.get_value(), id).await;
            busy.try_set(false);
            match answer {
                Ok(text) => browser::download(&format!("errors-{id}.csv"), "text/csv", &with_bom(&text)),
                Err(problem) => _ = failure.try_set(Some(problem)),
            }
        });
    };
    let options = move || {
        codes.with(|codes| {
            let option =
                |(code, words): (&String, &String)| view! { <option value=code.clone()>{words.clone()}</option> };
            codes.iter().map(option).collect_view()
        })
    };
    view! {
        <section class="panel" data-testid="import-errors">
            <div class="section-head">
                <h2>{tr!(imports.errors)}</h2>
                {action(PLAIN, || say!(imports.download_errors), busy.into(), download)}
            </div>
            <p class="quiet">{tr!(imports.errors_help)}</p>
            {note::refused(failure)}
            <div class="toolbar error-tools">
                <div class="search">
                    {icon(Icon::Search)}
                    <input
                        type="search"
                        name="search"
                        autocomplete="off"
                        aria-label=tr!(imports.search)
                        placeholder=tr!(imports.search)
                        prop:value=search
                        on:input=move |ev| search.set(event_target_value(&ev))
                    />
                </div>
                <label class="select">
                    <span class="select-label">{tr!(imports.code)}</span>
                    <select name="code" on:change=move |ev| code.set(event_target_value(&ev))>
                        <option value="">{tr!(imports.all_codes)}</option>
                        {options}
                    </select>
                </label>
            </div>
            {states(first, ghost_few, move |page| table(slug, id, code, search, codes, page))}
        </section>
    }
    .into_any()
}

fn note_codes(codes: &mut BTreeMap<String, String>, rows: &[RowError]) {
    for row in rows {
        codes
            .insert(row.code.as_str().to_owned(), row.code.message(lang()).replace("{min}", "…").replace("{max}", "…"));
    }
}

fn table(
    slug: StoredValue<String>,
    id: ImportId,
    code: RwSignal<String>,
    search: RwSignal<String>,
    codes: RwSignal<BTreeMap<String, String>>,
    first: &Page<RowError>,
) -> AnyView {
    let (rows, cursor) = (RwSignal::new(first.items.clone()), RwSignal::new(first.next_cursor.clone()));
    let busy = RwSignal::new(false);
    let go_on = move || {
        busy.set(true);
        spawn_local(async move {
            let (code, at) = (code.get_untracked(), cursor.get_untracked());
            if let Ok(page) = api::import_errors(&slug.get_value(), id, &code, at.as_deref()).await {
                codes.try_update(|codes| note_codes(codes, &page.items));
                rows.try_update(|all| all.extend(page.items));
                cursor.try_set(page.next_cursor);
            }
            busy.try_set(false);
        });
    };
    let shown = Memo::new(move |_| {
        let wanted = fold(&search.get());
        let wanted = wanted.trim().to_owned();
        rows.with(|all| {
            all.iter()
                .filter(|row| wanted.is_empty() || fold(&text_of(row)).contains(&wanted))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let count = move || {
        let (n, all) = (shown.with(Vec::len) as u64, rows.with(Vec::len) as u64);
        let more = if cursor.with(Option::is_some) { "+" } else { "" };
        say!(imports.shown, n = number(n, lang()), all = format!("{}{more}", number(all, lang())))
    };
    let more = move || cursor.with(Option::is_some).then(|| action(PLAIN, || say!(verb.more), busy.into(), go_on));
    view! {
        <p class="quiet small" role="status">{count}</p>
        <table class="table stacked errors-table">
            <thead>
                <tr>
                    <th scope="col">{tr!(imports.line)}</th>
                    <th scope="col">{tr!(imports.external_id)}</th>
                    <th scope="col">{tr!(imports.place)}</th>
                    <th scope="col">{tr!(imports.what)}</th>
                </tr>
            </thead>
            <tbody>{move || shown.with(|rows| rows.iter().map(row).collect_view())}</tbody>
        </table>
        <div class="more-row">{more}</div>
    }
    .into_any()
}

/// What is searched in.
fn text_of(row: &RowError) -> String {
    format!("{} {} {} {}", row.line, row.external_id.as_deref().unwrap_or_default(), row.pointer, row.message)
}

fn row(row: &RowError) -> AnyView {
    let line = row.line;
    view! {
        <tr data-testid="row-error" data-code=row.code.as_str()>
            <th scope="row" class="number">{move || say!(imports.line_n, n = line)}</th>
            <td data-label=tr!(imports.external_id)><code>{row.external_id.clone().unwrap_or_else(|| "–".to_owned())}</code></td>
            <td data-label=tr!(imports.place)><code>{row.pointer.trim_start_matches('/').replace('/', ".")}</code></td>
            <td><strong>{row.message.clone()}</strong><span class="quiet remedy">{row.remedy.clone()}</span></td>
        </tr>
    }
    .into_any()
}
