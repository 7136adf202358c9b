//! An offer's pool of the partner's own codes: how many are left, taking back those that are, and adding more.

mod adding;

use leptos::prelude::*;
use shared::{
    OfferId,
    partner::MemberRole,
    pool::{CodePool, CodeStock, StockLevel},
};

use self::adding::{Upload, adding};
use super::Desk;
use crate::{
    api,
    components::{
        dialog::confirm,
        icon::{Icon, icon},
        states::{ghost_few, states},
    },
    format::{date, number},
    language::{lang, say, tr},
    load::{Loader, load},
};

/// The pool.
pub fn codes(desk: &Desk, id: OfferId) -> AnyView {
    let slug = StoredValue::new(desk.slug.clone());
    let pool = load(move || {
        let slug = slug.get_value();
        async move { api::code_pool(&slug, id).await }
    });
    let may = desk.may(MemberRole::Editor);
    let show = move |found: &CodePool| {
        let stock = found.stock;
        view! {
            {stock_bar(stock)}
            {free(found)}
            {(may && stock.left > 0).then(|| removal(slug, id, stock.left, pool))}
        }
        .into_any()
    };
    view! {
        <section class="panel" data-testid="codes">
            <h2>{tr!(codes.title)}</h2>
            {states(pool, ghost_few, show)}
        </section>
        {may.then(|| adding(Upload::new(slug, id, pool)))}
    }
    .into_any()
}

/// How much of the pool is left: words, a bar, and a warning when it runs low.
fn stock_bar(stock: CodeStock) -> AnyView {
    let share = f64::from(stock.left) / f64::from(stock.total.max(1)) * 100.0;
    let width = if stock.left == 0 { 0.0 } else { share.clamp(1.5, 100.0) };
    let few = matches!(stock.level, Some(StockLevel::Tenth));
    let count = |n: u32| number(n.into(), lang());
    let warning = move || match stock.level {
        _ if stock.total == 0 => Some(tr!(codes.warn_none)()),
        Some(StockLevel::Empty) => Some(tr!(codes.warn_empty)()),
        Some(StockLevel::Tenth) => Some(tr!(codes.warn_tenth)()),
        Some(StockLevel::Half) => Some(tr!(codes.warn_half)()),
        None => None,
    };
    let warning = move || {
        warning().map(|words| view! { <p class="reason block warn">{icon(Icon::Warn)}<span>{words}</span></p> })
    };
    view! {
        <div class="left stock" class:few=few class:none={stock.left == 0}>
            <p class="left-words" data-testid="codes-left">
                {move || say!(codes.left, left = count(stock.left), total = count(stock.total))}
            </p>
            <div class="left-bar" aria-hidden="true">
                <div class="left-fill" style:width=format!("{width:.1}%")></div>
            </div>
            <p class="quiet">{move || say!(codes.handed_out, n = count(stock.handed_out))}</p>
        </div>
        {warning}
    }
    .into_any()
}

/// The next codes, with their middles hidden.
fn free(pool: &CodePool) -> AnyView {
    if pool.items.is_empty() {
        return ().into_any();
    }
    let line = |code: &shared::pool::FreeCode| {
        let at = code.added_at;
        view! {
            <li><code>{code.masked.clone()}</code><span class="quiet small">{move || date(at, lang())}</span></li>
        }
    };
    let more = pool.next_cursor.is_some();
    view! {
        <details class="next-codes">
            <summary>{tr!(codes.next)}</summary>
            <ul class="code-list">{pool.items.iter().map(line).collect_view()}</ul>
            {more.then(|| view! { <p class="quiet">{tr!(codes.and_more)}</p> })}
        </details>
    }
    .into_any()
}

fn removal(slug: StoredValue<String>, id: OfferId, left: u32, pool: Loader<CodePool>) -> AnyView {
    let asked = RwSignal::new(false);
    let run = move || async move {
        api::remove_codes(&slug.get_value(), id).await?;
        pool.retry();
        Ok(())
    };
    view! {
        <div class="row">
            <button type="button" class="link-button danger" on:click=move |_| asked.set(true)>{tr!(codes.remove)}</button>
        </div>
        {confirm(
            asked,
            || say!(codes.remove),
            move || say!(codes.remove_sure, n = number(left.into(), lang())),
            || say!(codes.remove_do),
            run,
        )}
    }
    .into_any()
}
