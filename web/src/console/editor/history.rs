//! Who did what to an offer, and when.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Lang, OfferId,
    offer::{AuthorKind, OfferVersion, PartnerOffer},
};

use super::{latest, spec::name_of};
use crate::{
    api::{self, Tagged},
    components::{
        action::{PLAIN, action},
        pill::state_pill,
        states::{ghost_few, states},
    },
    format::moment,
    language::{lang, say, tr},
    load::load,
};

/// The history; read again with each change.
pub fn history(slug: &str, id: OfferId, offer: RwSignal<Tagged<PartnerOffer>>) -> AnyView {
    let slug = StoredValue::new(slug.to_owned());
    let kind = offer.with_untracked(|o| latest(&o.value).kind);
    let first = load(move || {
        offer.track();
        let slug = slug.get_value();
        async move { api::offer_versions(&slug, id, None).await }
    });
    let show = move |page: &shared::Page<OfferVersion>| {
        let (more, cursor) = (RwSignal::new(Vec::new()), RwSignal::new(page.next_cursor.clone()));
        let busy = RwSignal::new(false);
        let go_on = move || {
            busy.set(true);
            spawn_local(async move {
                if let Ok(page) = api::offer_versions(&slug.get_value(), id, cursor.get_untracked()).await {
                    more.try_update(|all: &mut Vec<OfferVersion>| all.extend(page.items));
                    cursor.try_set(page.next_cursor);
                }
                busy.try_set(false);
            });
        };
        let lines = page.items.clone();
        let rest = move || more.get().into_iter().map(|line| entry(&line, kind)).collect_view();
        let button =
            move || cursor.with(Option::is_some).then(|| action(PLAIN, || say!(verb.more), busy.into(), go_on));
        view! {
            <ol class="history">{lines.iter().map(|line| entry(line, kind)).collect_view()}{rest}</ol>
            <div class="more-row">{button}</div>
        }
        .into_any()
    };
    view! { <section class="panel" data-testid="history"><h2>{tr!(history.title)}</h2>{states(first, ghost_few, show)}</section> }
        .into_any()
}

fn entry(line: &OfferVersion, kind: shared::offer::Kind) -> AnyView {
    let OfferVersion { version, at, state, waiting, .. } = *line;
    let (who, action, changed) = (line.who.clone(), line.action.clone(), line.changed.clone());
    let author = move || match (who.kind, &who.name) {
        (AuthorKind::Ministry, _) => say!(history.ministry),
        (AuthorKind::Platform, _) => say!(history.platform),
        (AuthorKind::Program, Some(name)) => say!(history.program, name = name),
        (AuthorKind::Program, None) => say!(history.some_program),
        (AuthorKind::Member, Some(name)) => name.clone(),
        (AuthorKind::Member, None) => say!(history.somebody),
    };
    let places = (!changed.is_empty()).then(|| {
        let names = move || {
            let lang = lang();
            let mut names: Vec<_> = changed.iter().map(|place| name_of(kind, place, lang)).collect();
            names.dedup();
            say!(history.changed, places = names.join(", "))
        };
        view! { <p class="quiet">{names}</p> }
    });
    view! {
        <li>
            <p class="history-what">
                <strong>{move || done(&action, lang())}</strong>
                {state_pill(state, waiting)}
            </p>
            <p class="quiet small">
                {author}" · "{move || moment(at, lang())}" · "
                {move || say!(history.version, n = version)}
            </p>
            {places}
        </li>
    }
    .into_any()
}

/// What was done, in words.
fn done(action: &str, lang: Lang) -> String {
    let locale = crate::language::locale(lang);
    macro_rules! words {
        ($($name:literal => $key:ident),+ $(,)?) => {
            match action.rsplit('.').next().unwrap_or_default() {
                $($name => leptos_i18n::td_string!(locale, done.$key).to_owned(),)+
                _ => action.to_owned(),
            }
        };
    }
    words!(
        "create" => create, "change" => change, "edit" => change, "submit" => submit, "withdraw" => withdraw,
        "approve" => approve, "announce" => announce, "reject" => reject, "open" => open, "pause" => pause,
        "resume" => resume, "end" => end, "import" => import, "upsert" => import,
    )
}
