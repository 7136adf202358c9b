//! From a row to an offer, or to everything that is wrong with it.

use serde_json::{Map, Value};
use shared::{
    Validate,
    import::{ImportMode, RowCode, RowProblem},
    offer::{Kind, OfferDraft},
};

use super::{
    Document, Row, object,
    shape::{self, Shape, Shaping},
};
use crate::{
    http::body,
    uploads::damage::{self, Damage},
};

/// The most that is told of one row.
const PROBLEMS_MAX: usize = 20;

/// Judges a row: as a whole offer, or in a patch merged into `before` (RFC 7396), which is a whole offer where there
/// is none yet.
///
/// # Errors
/// Everything that is wrong, in the order of the fields' names; the same for the same content in all formats.
pub fn draft(mode: ImportMode, row: &Row, before: Option<&OfferDraft>) -> Result<OfferDraft, Vec<RowProblem>> {
    let before = before.filter(|_| mode == ImportMode::Patch);
    let fields = match row.document.as_ref().map_err(Clone::clone)? {
        Document::Json(bytes) => {
            if before.is_none()
                && let Some(draft) = at_once(bytes)
            {
                return Ok(draft);
            }
            object::fields(bytes).map_err(|problem| vec![problem])?
        }
        Document::Fields(fields) => fields.clone(),
    };
    slowly(fields, before).map_err(|mut problems| {
        problems.truncate(PROBLEMS_MAX);
        problems
    })
}

/// The offer of a row with which nothing is wrong: most are like that, and this is many times faster.
fn at_once(bytes: &[u8]) -> Option<OfferDraft> {
    let draft: OfferDraft = serde_json::from_slice(bytes).ok()?;
    draft.external_id.as_ref()?;
    let is_clean = draft.violations().is_empty() && texts(&draft).all(|text| damage::of(text).is_none());
    is_clean.then_some(draft)
}

impl From<Damage> for RowCode {
    fn from(damage: Damage) -> Self {
        match damage {
            Damage::SpreadsheetError => Self::SpreadsheetError,
            Damage::Mangled => Self::MangledText,
            Damage::LostLetters => Self::LostLetters,
        }
    }
}

/// What people read of an offer, in all languages.
fn texts(draft: &OfferDraft) -> impl Iterator<Item = &str> {
    let local = [Some(&draft.title), draft.summary.as_ref(), draft.description.as_ref()].into_iter().flatten();
    let local = local.chain(&draft.how_to_use);
    let local = local.flat_map(|text| [Some(&text.az), text.en.as_ref(), text.ru.as_ref()]).flatten();
    let terms = draft.terms.values().filter_map(Value::as_object).flat_map(Map::values).filter_map(Value::as_str);
    local.map(String::as_str).chain(terms)
}

fn slowly(fields: Map<String, Value>, before: Option<&OfferDraft>) -> Result<OfferDraft, Vec<RowProblem>> {
    let named = fields.get("kind").and_then(Value::as_str).and_then(|kind| {
        let kind = kind.trim().to_ascii_lowercase();
        Kind::from_name(&kind)
    });
    let kind = named.or(before.map(|before| before.kind));
    let mut shaping = Shaping { patch: before.is_some(), kind, problems: Vec::new() };
    let shaped = shaping.offer(fields);
    let mut problems = shaping.problems;
    let mut document = Map::new();
    if let Some(before) = before {
        let Ok(Value::Object(old)) = serde_json::to_value(before) else {
            return Err(vec![RowProblem::new("", RowCode::WrongType)]);
        };
        document = old;
        // The kind of the terms follows the offer's, unless the row says it.
        document.get_mut("terms").and_then(Value::as_object_mut).and_then(|terms| terms.remove("kind"));
        merge(&mut document, shaped);
    } else {
        document.extend(shaped);
    }
    // What is null has its default, like what was left out.
    document.retain(|_, value| !value.is_null());
    let mut found = missing(&document);
    if found.is_empty() {
        if let Ok(draft) = serde_json::from_value::<OfferDraft>(Value::Object(document.clone())) {
            let violations = draft.violations();
            if problems.is_empty() && violations.is_empty() {
                return Ok(draft);
            }
            found = violations.into_vec().into_iter().map(RowProblem::from).collect();
        } else {
            // Not met with: all fields have their shapes.
            let error = body::from_value::<OfferDraft>(Value::Object(document)).err();
            found = error.into_iter().flat_map(|error| error.violations).map(RowProblem::from).collect();
        }
    }
    // What follows from what was left out because it is wrong is not told, too.
    let told: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
    let follows = |pointer: &str| told.iter().any(|told| told == pointer || told.starts_with(&format!("{pointer}/")));
    problems.extend(found.into_iter().filter(|problem| !follows(&problem.pointer)));
    if problems.is_empty() {
        problems.push(RowProblem::new("", RowCode::WrongType));
    }
    Err(problems)
}

/// RFC 7396, of fields that have their shapes.
fn merge(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {
                into.remove(&name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, Value::Object(new)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, new);
                into.insert(name, fresh.into());
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// The fields that an offer has to have and this one has not.
fn missing(document: &Map<String, Value>) -> Vec<RowProblem> {
    let mut missing = Vec::new();
    if !document.contains_key("external_id") {
        missing.push(RowProblem::new("/external_id", RowCode::MissingExternalId));
    }
    for name in ["area", "audience", "fulfilment", "kind", "period", "title", "unit"] {
        if !document.contains_key(name) {
            missing.push(RowProblem::new(format!("/{name}"), RowCode::Required));
        }
    }
    let texts = |at: &str, fields: &Map<String, Value>, shapes: &[(&str, Shape)], missing: &mut Vec<RowProblem>| {
        for (name, shape) in shapes {
            let pointer = format!("{at}/{name}");
            match (shape, fields.get(*name)) {
                (Shape::Text, Some(Value::Object(text))) => azerbaijani(&pointer, text, missing),
                (Shape::Texts, Some(Value::Array(steps))) => {
                    for (index, step) in steps.iter().enumerate().filter_map(|(i, step)| Some((i, step.as_object()?))) {
                        azerbaijani(&format!("{pointer}/{index}"), step, missing);
                    }
                }
                (Shape::Money, Some(Value::Object(money))) if !money.contains_key("amount_minor") => {
                    missing.push(RowProblem::new(format!("{pointer}/amount_minor"), RowCode::Required));
                }
                _ => {}
            }
        }
    };
    texts("", document, shape::FIELDS, &mut missing);
    let kind = document.get("kind").and_then(Value::as_str).and_then(Kind::from_name);
    if let (Some(kind), Some(Value::Object(terms))) = (kind, document.get("terms")) {
        texts("/terms", terms, shape::terms(kind), &mut missing);
    }
    missing
}

fn azerbaijani(at: &str, text: &Map<String, Value>, missing: &mut Vec<RowProblem>) {
    if !text.contains_key("az") {
        missing.push(RowProblem::new(format!("{at}/az"), RowCode::Required));
    }
}
