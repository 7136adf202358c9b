//! The heading of a table: which column is which field.

use std::collections::HashSet;

use serde_json::{Map, Value};
use shared::{
    Lang,
    import::{FileCode, FileProblem},
    offer::Kind,
};

use super::super::shape::{self, Shape};
use crate::uploads::{cell, table::Cells};

/// More columns than any offer has fields.
const COLUMNS_MAX: usize = 500;
/// The longest name of a column.
const NAME_MAX: usize = 100;
/// How many steps `how_to_use` has.
const STEPS: usize = 6;

/// What a column holds.
#[derive(Clone, Debug)]
pub enum Column {
    /// A field, by the names that lead to it. `whole` is how many of them name all of what it is part of: `title` is
    /// the title in Azerbaijani, but `NULL` in it removes the title.
    Field { path: Vec<String>, whole: usize },
    /// What was wrong in an earlier upload: it is passed over.
    Report,
}

pub struct Header {
    /// As they were sent.
    pub names: Vec<String>,
    /// Nothing for a column without a name.
    pub columns: Vec<Option<Column>>,
    known: usize,
}

/// The names of the columns that hold one field, without the steps of `how_to_use`.
fn columns_of(name: &str, shape: Shape, into: &mut Vec<String>) {
    match shape {
        Shape::Text => into.extend(Lang::ALL.map(|lang| format!("{name}.{}", lang.tag()))),
        Shape::Texts => {
            for step in 1..=STEPS {
                columns_of(&format!("{name}.{step}"), Shape::Text, into);
            }
        }
        Shape::Terms => {}
        _ => into.push(name.to_owned()),
    }
}

/// The columns of a kind, or of all kinds, in the order of the template.
pub fn known_columns(kind: Option<Kind>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, shape) in shape::FIELDS {
        columns_of(name, *shape, &mut names);
        if *name == "terms" {
            for kind in kind.as_ref().map_or(Kind::ALL, std::slice::from_ref) {
                for (term, shape) in shape::terms(*kind) {
                    let mut columns = Vec::new();
                    columns_of(&format!("terms.{term}"), *shape, &mut columns);
                    columns.retain(|column| !names.contains(column));
                    names.extend(columns);
                }
            }
        }
    }
    names
}

/// The shape of a dotted name, where a column can have it.
fn shape_of(name: &str) -> Option<Shape> {
    let find =
        |fields: &[(&str, Shape)], name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, shape)| *shape);
    match name.strip_prefix("terms.") {
        Some(term) => Kind::ALL.iter().find_map(|kind| find(shape::terms(*kind), term)),
        None => find(shape::FIELDS, name).filter(|shape| !matches!(shape, Shape::Terms | Shape::Texts)),
    }
}

impl Header {
    pub fn read(cells: &Cells) -> Self {
        let known_names: HashSet<String> = known_columns(None).into_iter().collect();
        let mut known = 0;
        let names: Vec<String> = cells.iter().take(COLUMNS_MAX + 1).map(str::to_owned).collect();
        let columns = names
            .iter()
            .map(|name| {
                let name = name.trim().to_ascii_lowercase();
                if name.is_empty() {
                    return None;
                }
                if super::super::errors::COLUMNS.contains(&name.as_str()) {
                    return Some(Column::Report);
                }
                let mut path: Vec<String> = name.split('.').map(str::to_owned).collect();
                let (mut whole, mut is_known) = (path.len(), known_names.contains(&name));
                match shape_of(&name) {
                    Some(Shape::Text) => {
                        path.push("az".to_owned());
                        is_known = true;
                    }
                    Some(_) => is_known = true,
                    None => {
                        whole = path.len();
                        let money = name.rsplit_once('.').is_some_and(|(money, part)| {
                            matches!(part, "amount_minor" | "currency") && matches!(shape_of(money), Some(Shape::Money))
                        });
                        is_known |= money;
                    }
                }
                known += usize::from(is_known);
                Some(Column::Field { path, whole })
            })
            .collect();
        Self { names, columns, known }
    }

    /// How much this looks like a heading: known columns first, then how many there are.
    pub fn rank(&self) -> (usize, usize) {
        (self.known, self.columns.len())
    }

    pub fn check(&self) -> Result<(), FileProblem> {
        if self.columns.len() > COLUMNS_MAX || self.names.iter().any(|name| name.chars().count() > NAME_MAX) {
            return Err(FileProblem::new(FileCode::TooManyColumns));
        }
        let fields = || {
            self.columns.iter().zip(&self.names).filter_map(|(column, name)| match column {
                Some(Column::Field { path, .. }) => Some((path, name)),
                _ => None,
            })
        };
        if !fields().any(|(path, _)| path.len() == 1 && path[0] == "external_id") {
            return Err(FileProblem::new(FileCode::NoHeader));
        }
        let mut seen: Vec<&Vec<String>> = Vec::new();
        for (path, name) in fields() {
            if seen.iter().any(|before| before.starts_with(path) || path.starts_with(before)) {
                let name = name.chars().filter(|c| !c.is_control()).collect::<String>();
                return Err(FileProblem::named(FileCode::DuplicateColumn, name.trim()));
            }
            seen.push(path);
        }
        Ok(())
    }
}

impl Column {
    /// Puts a cell to its place.
    pub fn put(&self, fields: &mut Map<String, Value>, cell: &str) {
        let Self::Field { path, whole } = self else { return };
        let null = cell::is_nothing(cell);
        let path = if null { &path[..*whole] } else { path.as_slice() };
        let value = if null { Value::Null } else { Value::from(cell::text(cell)) };
        let Some((last, parents)) = path.split_last() else { return };
        let mut place = fields;
        for parent in parents {
            let next = place.entry(parent.clone()).or_insert_with(|| Map::new().into());
            // `title` removed as a whole, while another of its columns says something: that is put there.
            if !next.is_object() {
                *next = Map::new().into();
            }
            let Value::Object(next) = next else { return };
            place = next;
        }
        if !(null && place.get(last).is_some_and(Value::is_object)) {
            place.insert(last.clone(), value);
        }
    }
}

/// The steps `how_to_use.1`, `.2` … as a list.
pub fn number_steps(fields: &mut Map<String, Value>) {
    let Some(Value::Object(steps)) = fields.get_mut("how_to_use") else { return };
    let mut numbered: Vec<(usize, Value)> = Vec::new();
    let mut rest = Map::new();
    for (number, step) in std::mem::take(steps) {
        match number.parse::<usize>() {
            Ok(at) if (1..=STEPS).contains(&at) => numbered.push((at, step)),
            _ => {
                rest.insert(number, step);
            }
        }
    }
    if rest.is_empty() {
        numbered.sort_by_key(|(number, _)| *number);
        let steps: Vec<Value> = numbered.into_iter().map(|(_, step)| step).collect();
        fields.insert("how_to_use".to_owned(), steps.into());
    } else {
        // Too many: the list says so at its place.
        let unknown = rest.into_iter().chain(numbered.into_iter().map(|(number, step)| (number.to_string(), step)));
        fields.insert("how_to_use".to_owned(), Value::Object(unknown.collect()));
    }
}
