//! One's own version beside another's, after both changed the same thing: where they differ, one takes theirs or keeps
//! one's own.

use leptos::prelude::*;

use crate::{
    components::icon::{Icon, icon},
    language::tr,
};

/// A place that both may have changed: what one wrote, in words, what stands there now, and how to take that.
pub struct Versus {
    pub label: fn() -> &'static str,
    pub mine: Signal<String>,
    pub theirs: Signal<String>,
    pub take: Callback<()>,
}

impl Versus {
    /// A place that holds a text.
    pub fn text(label: fn() -> &'static str, mine: RwSignal<String>, theirs: String) -> Self {
        let now = StoredValue::new(theirs);
        Self {
            label,
            mine: Signal::derive(move || mine.with(|mine| mine.trim().to_owned())),
            theirs: Signal::derive(move || now.with_value(|now| now.trim().to_owned())),
            take: Callback::new(move |()| mine.set(now.get_value())),
        }
    }

    fn show(self) -> AnyView {
        let Self { label, mine, theirs, take } = self;
        view! {
            <li class="versus" hidden=move || mine.get() == theirs.get()>
                <h3>{label}</h3>
                <div>
                    <p class="versus-label">{tr!(profile.mine)}</p>
                    <p class="breaks">{mine}</p>
                </div>
                <div>
                    <p class="versus-label">{tr!(profile.theirs)}</p>
                    <p class="breaks">{theirs}</p>
                    <button type="button" class="button small" on:click=move |_| take.run(())>{tr!(profile.take)}</button>
                </div>
            </li>
        }
        .into_any()
    }
}

/// Both versions, place by place.
pub fn versions(places: impl IntoIterator<Item = Versus>) -> AnyView {
    view! {
        <section class="panel" data-testid="versions">
            <h2>{icon(Icon::Swap)} {tr!(profile.stale)}</h2>
            <p>{tr!(profile.stale_help)}</p>
            <ul class="stack">{places.into_iter().map(Versus::show).collect_view()}</ul>
        </section>
    }
    .into_any()
}
