//! Kind `lpu`: the vendor's whole model of a clinic, as the booking answer shows it ([crate::contract::booking]). What a line
//! leaves out is written as [crate::contract::conventions] says: text `""`, number 0, object and GUID `null`; and, likewise,
//! yes-or-no `false`, list `[]`.

use crate::import::bounds::{CODE_CHARS_MAX, NUMBERS, TEXT_CHARS_MAX};
use crate::import::fields::ObjectFields;
use crate::store::import::{LpuRow, RowKey};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// Most entries of `type`.
const TYPES_MAX: usize = 32;

const CHILDREN: &str = "isChildrenPoliclinic";

/// What a field holds.
enum Shape {
    Text,
    Texts,
    Flag,
    Number,
    Guid,
    /// Any JSON.
    Any,
    Object(&'static [(&'static str, Shape)]),
}

/// The fields of the model behind `guid` and `name`, in the order of the vendor's example.
const MODEL: &[(&str, Shape)] = &[
    ("ferName", Shape::Text),
    ("address", Shape::Text),
    ("type", Shape::Texts),
    ("phone", Shape::Text),
    ("mcod", Shape::Text),
    ("fullName", Shape::Text),
    ("fcod", Shape::Text),
    ("stLpu", Shape::Flag),
    ("hostID", Shape::Number),
    (CHILDREN, Shape::Flag),
    ("isCallDoctor", Shape::Flag),
    ("isWaitingList", Shape::Flag),
    ("isDisp", Shape::Flag),
    ("isActive", Shape::Flag),
    ("haveSchedule", Shape::Flag),
    (
        "parent",
        Shape::Object(&[("guid", Shape::Guid), ("name", Shape::Text)]),
    ),
    ("postIndex", Shape::Text),
    ("ratings", Shape::Any),
    (
        "addressDetail",
        Shape::Object(&[
            ("postcode", Shape::Text),
            ("settlement", Shape::Text),
            ("street", Shape::Text),
            ("building", Shape::Text),
            ("house", Shape::Text),
        ]),
    ),
    (
        "worktimes",
        Shape::Object(&[
            ("monday", Shape::Text),
            ("tuesday", Shape::Text),
            ("wednesday", Shape::Text),
            ("thursday", Shape::Text),
            ("friday", Shape::Text),
            ("saturday", Shape::Text),
            ("sunday", Shape::Text),
        ]),
    ),
    ("cityId", Shape::Text),
    ("inn", Shape::Text),
    ("kpp", Shape::Text),
    ("ogrn", Shape::Text),
    ("okato", Shape::Text),
    ("lic", Shape::Text),
    ("management", Shape::Text),
    ("photo", Shape::Text),
    ("site", Shape::Text),
    ("email", Shape::Text),
    ("gps", Shape::Text),
];

/// A JSON object whose members keep their order.
struct OrderedObject(Vec<(&'static str, Box<RawValue>)>);

impl Serialize for OrderedObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn json(value: &impl Serialize) -> Box<RawValue> {
    to_raw_value(value).expect("the model has string keys and no failing serializer")
}

/// Reads a clinic. `status`, which this server writes itself, may stand there as in an answer and is not looked at.
pub fn lpu(key: &RowKey, fields: &mut ObjectFields) -> LpuRow {
    let RowKey::Guid(guid) = key else {
        unreachable!("a clinic is known by its GUID")
    };
    fields.ignore("status");
    let name = fields.required_text("name", TEXT_CHARS_MAX);
    let mut model = vec![("guid", json(guid)), ("name", json(&name))];
    model.extend(members(fields, MODEL));
    LpuRow {
        name,
        is_children: model
            .iter()
            .any(|(name, value)| *name == CHILDREN && value.get() == "true"),
        model: json(&OrderedObject(model)).get().to_owned(),
    }
}

fn members(
    fields: &mut ObjectFields,
    shapes: &'static [(&'static str, Shape)],
) -> impl Iterator<Item = (&'static str, Box<RawValue>)> {
    shapes
        .iter()
        .map(|(name, shape)| (*name, member(fields, name, shape)))
}

fn member(fields: &mut ObjectFields, name: &str, shape: &'static Shape) -> Box<RawValue> {
    match shape {
        Shape::Text => json(&fields.text(name, TEXT_CHARS_MAX)),
        Shape::Texts => json(&fields.texts(name, TYPES_MAX, CODE_CHARS_MAX)),
        Shape::Flag => json(&fields.flag(name, false)),
        Shape::Number => json(&fields.number(name, NUMBERS).unwrap_or(0)),
        Shape::Guid => json(&fields.guid(name)),
        Shape::Any => json(&fields.any(name)),
        Shape::Object(shapes) => {
            let inner = fields.object(name).map(|mut inner| {
                let members = members(&mut inner, shapes).collect();
                fields.close(inner);
                OrderedObject(members)
            });
            json(&inner)
        }
    }
}
