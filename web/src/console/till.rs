//! The till: a code is typed or scanned, the page says yes or no, one tap redeems it, and one takes that back. Made to be
//! used with one hand, at a counter.

mod log;
mod scan;
mod verdict;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    code::ClaimCode,
    month::{day_of, start_of_day},
    redemption::{CheckedCode, NotRedeemable, RedemptionView},
};

use super::Desk;
use crate::{
    api::{self, Failure},
    browser,
    components::{
        action::action,
        icon::{Icon, icon},
        note,
        page::titled,
    },
    language::{say, tr},
    load::{Loader, load},
};

/// The id of the box that codes are typed into.
const BOX: &str = "till-code";

/// How the code in front of the cashier stands.
#[derive(Clone, Debug, PartialEq)]
enum Stand {
    /// None was read yet.
    Waiting,
    /// It was checked. The reference makes redeeming it safe to repeat.
    Checked { code: String, found: Box<CheckedCode>, reference: String },
    /// It was redeemed.
    Redeemed(Box<RedemptionView>),
    /// That was taken back.
    Undone(Box<RedemptionView>),
}

/// The till.
#[derive(Clone, Copy)]
struct Till {
    slug: StoredValue<String>,
    typed: RwSignal<String>,
    stand: RwSignal<Stand>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    today: Loader<shared::Page<RedemptionView>>,
}

impl Till {
    fn new(slug: String) -> Self {
        let slug = StoredValue::new(slug);
        let today = load(move || async move {
            api::redemptions_since(&slug.get_value(), start_of_day(day_of(browser::now()))).await
        });
        Self {
            slug,
            typed: RwSignal::new(String::new()),
            stand: RwSignal::new(Stand::Waiting),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            today,
        }
    }

    /// A code as it is being typed. One that is whole is checked at once.
    fn write(self, text: String) {
        let whole = !ClaimCode::readings(&text).is_empty();
        self.typed.set(text);
        if whole {
            self.check();
        } else {
            self.stand.set(Stand::Waiting);
            self.failure.set(None);
        }
    }

    /// Checks what is typed. A slip of the pen needs no question to the server.
    fn check(self) {
        let typed = self.typed.get_untracked();
        if typed.trim().is_empty() || self.busy.get_untracked() {
            browser::focus_field(BOX);
            return;
        }
        self.failure.set(None);
        let readings = ClaimCode::readings(&typed);
        if readings.is_empty() {
            let found = CheckedCode {
                valid: false,
                reason: Some(NotRedeemable::Mistyped),
                offer: None,
                state: None,
                quantity: None,
                left: None,
                expires_at: None,
                redeemed_at: None,
            };
            self.show(Stand::Checked { code: typed, found: Box::new(found), reference: String::new() });
            return;
        }
        // What can be meant in two ways is left to the server, which knows what codes there are.
        let code = if let [code] = readings.as_slice() { code.to_string() } else { typed };
        self.typed.set(code.clone());
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::check_code(&self.slug.get_value(), &code).await;
            self.busy.try_set(false);
            match answer {
                Ok(found) => {
                    self.show(Stand::Checked { code, found: Box::new(found), reference: browser::new_id() });
                }
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }

    /// Redeems `quantity` units of what was checked.
    fn redeem(self, quantity: u32) {
        let Stand::Checked { code, reference, .. } = self.stand.get_untracked() else { return };
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = api::redeem_code(&self.slug.get_value(), &code, quantity, reference).await;
            self.busy.try_set(false);
            match answer {
                Ok(done) => {
                    self.typed.try_set(String::new());
                    self.show(Stand::Redeemed(Box::new(done)));
                    self.today.retry();
                }
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }

    /// Takes a redemption back.
    fn undo(self, redemption: &RedemptionView) {
        let id = redemption.id;
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = api::undo_redemption(&self.slug.get_value(), id).await;
            self.busy.try_set(false);
            match answer {
                Ok(undone) => {
                    self.show(Stand::Undone(Box::new(undone)));
                    self.today.retry();
                }
                Err(failure) => _ = self.failure.try_set(Some(failure)),
            }
        });
    }

    /// The next customer.
    fn next(self) {
        self.typed.set(String::new());
        self.stand.set(Stand::Waiting);
        self.failure.set(None);
        browser::focus_field(BOX);
    }

    fn show(self, stand: Stand) {
        let good = match &stand {
            Stand::Checked { found, .. } => found.valid,
            _ => true,
        };
        browser::vibrate(if good { 60 } else { 400 });
        self.stand.try_set(stand);
    }
}

/// The page `/console/{slug}/till`.
pub fn till(desk: Desk) -> AnyView {
    titled(|| say!(till.title));
    let till = Till::new(desk.slug);
    // After the heading, which takes the focus when one arrives: here one types at once.
    set_timeout(|| browser::focus_field(BOX), std::time::Duration::from_millis(120));
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        till.check();
    };
    view! {
        <div class="console-page till-page">
            <h1 tabindex="-1">{tr!(till.title)}</h1>
            <form class="till-form" novalidate autocomplete="off" on:submit=submit>
                <label for=BOX>{tr!(till.code)}</label>
                <div class="till-row">
                    <input
                        id=BOX
                        name="code"
                        class="till-code"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        enterkeyhint="go"
                        maxlength="64"
                        placeholder="0000-0000-0000"
                        aria-describedby="till-help"
                        prop:value=till.typed
                        on:input=move |ev| till.write(event_target_value(&ev))
                    />
                    {scan::scanner(Callback::new(move |text| till.write(text)))}
                </div>
                <p id="till-help" class="quiet small">{tr!(till.help)}</p>
                <div hidden=move || till.stand.with(|stand| *stand != Stand::Waiting)>
                    {action("button primary wide big", || say!(till.check), till.busy.into(), move || till.check())}
                </div>
            </form>
            {note::refused(till.failure)}
            <div class="verdict-place" role="status" aria-live="assertive">{verdict::verdict(till)}</div>
            <section class="section">
                <div class="section-head"><h2>{icon(Icon::Clock)}{tr!(till.today)}</h2></div>
                {log::today(till)}
            </section>
        </div>
    }
    .into_any()
}
