//! The claim desk against a model of twenty lines: random sequences of claims and gifts back, through HTTP.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use shared::{ClaimId, Code, claim::ClaimView};
use tests::{Caller, Kind, Market, Offer, on_both};

on_both!(alone: the_desk_does_what_the_model_does);

const PEOPLE: usize = 4;
const OFFERS: usize = 2;
const MAX_QUANTITY: u32 = 2;

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Claim { person: usize, offer: usize, quantity: u32 },
    Cancel { person: usize, offer: usize },
}

/// What must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    TooMany,
    Already,
    Exhausted,
    Nothing,
}

/// The model: how much is left, and who holds how much.
#[derive(Debug)]
struct Model {
    left: [u32; OFFERS],
    held: BTreeMap<(usize, usize), u32>,
}

impl Model {
    fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Claim { quantity, .. } if quantity > MAX_QUANTITY => Outcome::TooMany,
            Step::Claim { person, offer, .. } if self.held.contains_key(&(person, offer)) => Outcome::Already,
            Step::Claim { offer, quantity, .. } if quantity > self.left[offer] => Outcome::Exhausted,
            Step::Claim { person, offer, quantity } => {
                self.left[offer] -= quantity;
                self.held.insert((person, offer), quantity);
                Outcome::Done
            }
            Step::Cancel { person, offer } => match self.held.remove(&(person, offer)) {
                Some(quantity) => {
                    self.left[offer] += quantity;
                    Outcome::Done
                }
                None => Outcome::Nothing,
            },
        }
    }
}

/// The running program, with what each person holds there.
struct Program<'a> {
    people: &'a [Caller],
    offers: Vec<shared::OfferId>,
    held: BTreeMap<(usize, usize), ClaimId>,
}

impl Program<'_> {
    async fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Claim { person, offer, quantity } => {
                let path = format!("/offers/{}/claims", self.offers[offer]);
                let answer = self.people[person].send(&path, &json!({"quantity": quantity})).await;
                match answer.status {
                    201 => {
                        let claim: ClaimView = answer.json();
                        self.held.insert((person, offer), claim.id);
                        Outcome::Done
                    }
                    422 => Outcome::TooMany,
                    _ => match answer.json_code() {
                        Code::AlreadyClaimed => Outcome::Already,
                        Code::QuotaExhausted => Outcome::Exhausted,
                        other => panic!("{step:?}: {other:?}"),
                    },
                }
            }
            Step::Cancel { person, offer } => {
                let Some(claim) = self.held.remove(&(person, offer)) else { return Outcome::Nothing };
                self.people[person].post(&format!("/claims/{claim}/cancel")).await.ok::<ClaimView>();
                Outcome::Done
            }
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let (person, offer) = (0..PEOPLE, 0..OFFERS);
    prop_oneof![
        3 => (person.clone(), offer.clone(), 1..=MAX_QUANTITY + 1)
            .prop_map(|(person, offer, quantity)| Step::Claim { person, offer, quantity }),
        2 => (person, offer).prop_map(|(person, offer)| Step::Cancel { person, offer }),
    ]
}

async fn the_desk_does_what_the_model_does(kind: Kind) {
    let market = Market::shared(kind).await;
    let people = market.educators(PEOPLE).await;
    let handle = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let cases = (prop::collection::vec(any_step(), 1..25), prop::array::uniform2(1..6_u32));
    tokio::task::block_in_place(|| {
        runner
            .run(&cases, |(steps, quotas)| {
                handle.block_on(check(&market, &people, &steps, quotas));
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{failure}"));
    });
}

async fn check(market: &Market, people: &[Caller], steps: &[Step], quotas: [u32; OFFERS]) {
    let mut offers = Vec::new();
    for quota in quotas {
        let offer = Offer::once().quota(quota).with(|o| o.max_quantity = MAX_QUANTITY).publish(market).await;
        offers.push(offer.id);
    }
    let mut model = Model { left: quotas, held: BTreeMap::new() };
    let mut program = Program { people, offers, held: BTreeMap::new() };
    for (at, step) in steps.iter().enumerate() {
        let expected = model.step(*step);
        assert_eq!(program.step(*step).await, expected, "step {at} of {steps:?} with {quotas:?}");
    }
    for (offer, quota) in quotas.iter().enumerate() {
        assert_eq!(market.managed(program.offers[offer]).await.claimed, quota - model.left[offer]);
    }
    market.place.db().await.check_ledger().await;
}
