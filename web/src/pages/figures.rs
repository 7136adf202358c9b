//! The platform in figures, for everybody.

use leptos::prelude::*;
use shared::{Lang, stats::Summary};

use crate::{
    api, browser,
    components::{
        icon::{Icon, icon},
        page::heading,
        states::{ghost_figures, states},
    },
    format::{moment, number, percent},
    language::{lang, say, tr},
    load::load_renewed,
};

/// The page `/figures`.
pub fn figures() -> AnyView {
    let summary = load_renewed(api::summary);
    view! {
        <div class="page">
            {heading(tr!(figures.title), Some(tr!(figures.lead)))}
            {states(summary, ghost_figures, show)}
        </div>
    }
    .into_any()
}

/// One large number with what it counts.
pub fn figure(value: u64, label: impl Fn() -> &'static str + Copy + Send + 'static) -> AnyView {
    view! {
        <p class="figure">
            <span class="figure-value">{move || number(value, lang())}</span>
            <span class="figure-label">{label}</span>
        </p>
    }
    .into_any()
}

fn show(summary: &Summary) -> AnyView {
    let as_of = summary.as_of;
    let (users, active) = (summary.users, summary.active_users_30d);
    let (total, month) = (summary.claims_total, summary.claims_this_month);
    view! {
        <section class="panel">
            <h2>{tr!(figures.who)}</h2>
            <div class="figures">
                {figure(users, tr!(figures.users))}
                {figure(summary.educators, tr!(figures.educators))}
                {figure(active, tr!(figures.active))}
            </div>
            {share(active, users, move || say!(figures.share, percent = percent(active, users, lang())))}
        </section>
        <section class="panel">
            <h2>{tr!(figures.what)}</h2>
            <div class="figures">
                {figure(total, tr!(figures.total))}
                {figure(month, tr!(figures.month))}
            </div>
            {share(month, total, move || say!(figures.month_share, percent = percent(month, total, lang())))}
        </section>
        <section class="panel">
            <h2>{tr!(figures.supply)}</h2>
            <div class="figures">
                {figure(summary.partners, tr!(figures.partners))}
                {figure(summary.offers_open, tr!(figures.open))}
            </div>
        </section>
        {table(summary)}
        <p class="quiet">{move || say!(figures.as_of, time = moment(as_of, lang()))}</p>
    }
    .into_any()
}

/// A part of a whole as a bar, with the sentence that says what it shows.
fn share(part: u64, whole: u64, words: impl Fn() -> String + Send + 'static) -> Option<AnyView> {
    let width = u32::try_from(part.saturating_mul(1000) / whole.max(1)).map_or(1000, |w| w.min(1000));
    (whole > 0).then(|| {
        view! {
            <div class="share">
                <div class="left-bar" aria-hidden="true">
                    <div class="left-fill" style:width=move || format!("{}%", f64::from(width) / 10.0)></div>
                </div>
                <p>{words}</p>
            </div>
        }
        .into_any()
    })
}

/// A figure, and its name in a language.
type Row = (fn(Lang) -> &'static str, u64);

fn rows(s: &Summary) -> [Row; 7] {
    macro_rules! word {
        ($key:ident) => {
            |lang| leptos_i18n::td_string!(crate::language::locale(lang), figures.$key)
        };
    }
    [
        (word!(users), s.users),
        (word!(educators), s.educators),
        (word!(active), s.active_users_30d),
        (word!(total), s.claims_total),
        (word!(month), s.claims_this_month),
        (word!(partners), s.partners),
        (word!(open), s.offers_open),
    ]
}

fn table(summary: &Summary) -> AnyView {
    let rows = rows(summary);
    let lines = rows.map(|(label, value)| {
        view! { <tr><th scope="row">{move || label(lang())}</th><td>{move || number(value, lang())}</td></tr> }
    });
    let file = move |_| {
        let lines = rows.map(|(label, value)| format!("{},{value}\r\n", label(lang())));
        browser::download("virtual-market.csv", "text/csv;charset=utf-8", &format!("\u{feff}{}", lines.concat()));
    };
    view! {
        <details class="panel">
            <summary>{tr!(figures.table)}</summary>
            <table class="table">
                <thead>
                    <tr><th scope="col">{tr!(figures.figure)}</th><th scope="col">{tr!(figures.value)}</th></tr>
                </thead>
                <tbody>{lines.into_iter().collect_view()}</tbody>
            </table>
            <button type="button" class="button" on:click=file>{icon(Icon::Download)}{tr!(figures.download)}</button>
        </details>
    }
    .into_any()
}
