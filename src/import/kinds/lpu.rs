//! Kind `lpu`: the vendor's whole model of a clinic.

use super::{CODE_CHARS_MAX, NUMBERS, TEXT_CHARS_MAX};
use crate::import::fields::Fields;
use crate::store::import::{Key, Lpu};
use crate::wire::lpu as model;

/// Most entries of `type`.
const TYPES_MAX: usize = 32;

/// Reads a clinic. `status`, which this server writes itself, may stand there as in an answer and is not looked at.
pub fn lpu(key: &Key, fields: &mut Fields) -> Lpu {
    let Key::Guid(guid) = *key else {
        unreachable!("a clinic is known by its GUID")
    };
    fields.ignore("status");
    let model = model::Lpu {
        guid,
        name: fields.required_text("name", TEXT_CHARS_MAX),
        fer_name: text(fields, "ferName"),
        address: text(fields, "address"),
        types: fields.texts("type", TYPES_MAX, CODE_CHARS_MAX),
        phone: text(fields, "phone"),
        mcod: text(fields, "mcod"),
        full_name: text(fields, "fullName"),
        fcod: text(fields, "fcod"),
        st_lpu: fields.flag("stLpu", false),
        host_id: fields.number("hostID", NUMBERS).unwrap_or(0),
        is_children: fields.flag("isChildrenPoliclinic", false),
        is_call_doctor: fields.flag("isCallDoctor", false),
        is_waiting_list: fields.flag("isWaitingList", false),
        is_disp: fields.flag("isDisp", false),
        is_active: fields.flag("isActive", false),
        have_schedule: fields.flag("haveSchedule", false),
        parent: parent(fields),
        post_index: text(fields, "postIndex"),
        ratings: fields.any("ratings"),
        address_detail: address_detail(fields),
        worktimes: worktimes(fields),
        city_id: text(fields, "cityId"),
        inn: text(fields, "inn"),
        kpp: text(fields, "kpp"),
        ogrn: text(fields, "ogrn"),
        okato: text(fields, "okato"),
        lic: text(fields, "lic"),
        management: text(fields, "management"),
        photo: text(fields, "photo"),
        site: text(fields, "site"),
        email: text(fields, "email"),
        gps: text(fields, "gps"),
    };
    Lpu {
        model: model.to_json(),
        is_children: model.is_children,
        name: model.name,
    }
}

fn text(fields: &mut Fields, name: &str) -> String {
    fields.text(name, TEXT_CHARS_MAX)
}

fn parent(fields: &mut Fields) -> Option<model::Parent> {
    let mut inner = fields.object("parent")?;
    let parent = model::Parent {
        guid: inner.guid("guid"),
        name: text(&mut inner, "name"),
    };
    fields.close(inner);
    Some(parent)
}

fn address_detail(fields: &mut Fields) -> Option<model::AddressDetail> {
    let mut inner = fields.object("addressDetail")?;
    let detail = model::AddressDetail {
        postcode: text(&mut inner, "postcode"),
        settlement: text(&mut inner, "settlement"),
        street: text(&mut inner, "street"),
        building: text(&mut inner, "building"),
        house: text(&mut inner, "house"),
    };
    fields.close(inner);
    Some(detail)
}

fn worktimes(fields: &mut Fields) -> Option<model::Worktimes> {
    let mut inner = fields.object("worktimes")?;
    let times = model::Worktimes {
        monday: text(&mut inner, "monday"),
        tuesday: text(&mut inner, "tuesday"),
        wednesday: text(&mut inner, "wednesday"),
        thursday: text(&mut inner, "thursday"),
        friday: text(&mut inner, "friday"),
        saturday: text(&mut inner, "saturday"),
        sunday: text(&mut inner, "sunday"),
    };
    fields.close(inner);
    Some(times)
}
