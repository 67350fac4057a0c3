//! A client application as `settings/clientApplication` shows it ([crate::contract::reading]).

use crate::model::ClientApplication;
use serde::Serialize;
use uuid::Uuid;

/// What every client application here is for.
const FUNCTION: &str = "VisitDoctor";

/// The vendor's fields. No GUID: `null`; no limit on days of its own: 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationSettings<'a> {
    client_application_name: &'a str,
    client_application_guid: Option<Uuid>,
    function: &'static str,
    access: i64,
    schedule_days: i64,
}

impl<'a> From<&'a ClientApplication> for ApplicationSettings<'a> {
    fn from(application: &'a ClientApplication) -> Self {
        ApplicationSettings {
            client_application_name: &application.name,
            client_application_guid: application.guid,
            function: FUNCTION,
            access: application.access.0,
            schedule_days: application.schedule_days.unwrap_or(0),
        }
    }
}
