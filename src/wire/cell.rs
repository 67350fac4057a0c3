//! `ExtendedSlot`: a cell of the timetable as schedules show it ([crate::contract::reading]).

use crate::model::{Access, Cell};
use crate::rules::Showing;
use crate::wire::ticket::{DocBusyType, moment};
use serde::Serialize;
use uuid::Uuid;

/// `flagAccess` of a cell with none of these bits.
const NO_ACCESS: &str = "None";

/// A cell: the vendor's fields, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendedSlot<'a> {
    status: &'static str,
    message: String,
    flag_access: String,
    opened: bool,
    booking_source: &'a str,
    count: i64,
    guid: Uuid,
    doc_guid: Uuid,
    begin_time: String,
    end_time: String,
    used_count: i64,
    busy_type: DocBusyType<'a>,
    room: &'a str,
}

impl<'a> ExtendedSlot<'a> {
    /// Returns the cell as shown. `last_source` is the client application of its last active booking.
    pub fn new(cell: &'a Cell, showing: &Showing, last_source: Option<&'a str>) -> Self {
        let message = match showing {
            Showing::UnavailableWithMessage(refusal) => refusal.text(),
            _ => String::new(),
        };
        ExtendedSlot {
            status: status(showing),
            message,
            flag_access: access_names(cell.flag_access),
            opened: false,
            booking_source: last_source.unwrap_or_default(),
            count: cell.plan_count,
            guid: cell.guid,
            doc_guid: cell.resource.guid,
            begin_time: moment(cell.begin),
            end_time: moment(cell.end),
            used_count: cell.used_count,
            busy_type: DocBusyType::from(&cell.busy_type),
            room: cell.room(),
        }
    }
}

fn status(showing: &Showing) -> &'static str {
    match showing {
        Showing::Available => "Available",
        Showing::Booked => "Booked",
        Showing::Expired => "Expired",
        Showing::Unauthorized => "Unauthorized",
        Showing::Unavailable => "Unavailable",
        Showing::UnavailableWithMessage(_) => "UnavailableWithMessage",
    }
}

fn access_names(flag_access: Access) -> String {
    let set = Access::NAMED
        .iter()
        .filter(|(_, bit)| flag_access.shares_bit(*bit));
    let names: Vec<_> = set.map(|(name, _)| *name).collect();
    if names.is_empty() {
        NO_ACCESS.to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, access_names};

    #[test]
    fn access_bits_have_their_names() {
        assert_eq!(access_names(Access(0)), "None");
        assert_eq!(access_names(Access(128)), "None");
        assert_eq!(access_names(Access(36)), "Internet, Infomat");
        assert_eq!(
            access_names(Access(127)),
            "Registry, Doctor, Internet, DoctorOtherLpu, Quota, Infomat, CallCenter"
        );
    }
}
