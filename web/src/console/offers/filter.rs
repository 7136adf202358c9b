//! The filter of the list, as it stands in the address and in the call.

use leptos_router::params::ParamsMap;
use shared::offer::{Kind, ManageSort, OfferState};

use crate::api;

/// Which offers, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub q: String,
    pub kind: Option<Kind>,
    pub states: Vec<OfferState>,
    /// In review, or with an edit that waits there.
    pub waiting: bool,
    pub sort: ManageSort,
}

impl Filter {
    /// From the address; what it does not know it leaves out.
    pub fn read(query: &ParamsMap) -> Self {
        let get = |name: &str| query.get(name).unwrap_or_default();
        Self {
            q: get("q").trim().to_owned(),
            kind: Kind::from_name(&get("kind")),
            states: get("state").split(',').filter_map(OfferState::from_name).collect(),
            waiting: get("waiting") == "true",
            sort: ManageSort::from_name(&get("sort")).unwrap_or_default(),
        }
    }

    /// As a query, empty for all offers.
    pub fn query(&self) -> String {
        let mut parts = Vec::new();
        if !self.q.is_empty() {
            parts.push(format!("q={}", api::encode(&self.q)));
        }
        if let Some(kind) = self.kind {
            parts.push(format!("kind={}", kind.as_str()));
        }
        if !self.states.is_empty() {
            let names: Vec<_> = self.states.iter().map(|state| state.as_str()).collect();
            parts.push(format!("state={}", names.join(",")));
        }
        if self.waiting {
            parts.push("waiting=true".to_owned());
        }
        if self.sort != ManageSort::default() {
            parts.push(format!("sort={}", self.sort.as_str()));
        }
        parts.join("&")
    }

    /// With a state more, or less.
    pub fn toggled(&self, state: OfferState) -> Self {
        let mut states = self.states.clone();
        if states.contains(&state) {
            states.retain(|s| *s != state);
        } else {
            states.push(state);
        }
        Self { states, ..self.clone() }
    }
}
