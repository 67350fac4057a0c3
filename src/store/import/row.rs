//! The rows of an import ([crate::contract::clinic_data]): what a checked line says of a thing. A row is read from its line, and
//! staged as it is: each of its fields is the column of that name. What a line leaves out has its default here.

use chrono::NaiveDate;
use rusqlite::types::{ToSql, ToSqlOutput};
use std::fmt;
use uuid::Uuid;

/// StagedColumns of a staging table after `fate`, with their values.
pub(super) type StagedColumns<'a> = Vec<(&'static str, &'a dyn ToSql)>;

/// Which thing of its kind a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// Its GUID.
    Guid(Uuid),
    /// Its code, number or mnemonic.
    Text(String),
    /// The GUIDs of a registration's patient and resource.
    Pair(Uuid, Uuid),
}

impl ToSql for RowKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            RowKey::Guid(guid) => guid.to_sql(),
            RowKey::Text(text) => text.to_sql(),
            RowKey::Pair(patient, resource) => {
                let both = [*patient.as_bytes(), *resource.as_bytes()].concat();
                Ok(ToSqlOutput::from(both))
            }
        }
    }
}

/// Makes all of what is known of the kinds out of one table. Each entry: the kind, the contract's word for it, its staging table,
/// and its row with the columns.
macro_rules! rows {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $word:literal in $table:literal: $row:ident { $( $column:ident: $type:ty, )* }
    )*) => {
        /// Kind of a line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $( $(#[$doc])* $kind, )*
        }

        impl Kind {
            /// All of them in the contract's order, with the word that `kind` has for them.
            pub const WORDS: [(&'static str, Kind); 9] = [$( ($word, Kind::$kind), )*];

            /// The staging table of this kind's lines.
            pub(super) fn table(self) -> &'static str {
                match self {
                    $( Kind::$kind => $table, )*
                }
            }
        }

        /// All that a line says of a thing besides its kind and key.
        #[derive(Debug, PartialEq, Eq)]
        pub enum Row {
            $( $(#[$doc])* $kind($row), )*
        }

        impl Row {
            pub(super) fn kind(&self) -> Kind {
                match self {
                    $( Row::$kind(_) => Kind::$kind, )*
                }
            }

            pub(super) fn columns(&self) -> StagedColumns<'_> {
                match self {
                    $( Row::$kind(row) => row.columns(), )*
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Eq)]
            pub struct $row {
                $( pub $column: $type, )*
            }

            impl $row {
                fn columns(&self) -> StagedColumns<'_> {
                    vec![$( (stringify!($column), &self.$column), )*]
                }
            }

            /// Shows nothing of the thing: what is debugged may end in a panic's message.
            impl fmt::Debug for $row {
                fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
                    out.write_str(stringify!($row))
                }
            }
        )*
    };
}

rows! {
    /// A clinic. `model` is what answers show of it: the vendor's model without `status`, one JSON object.
    Lpu = "lpu" in "staged_lpu": LpuRow {
        name: String,
        is_children: bool,
        model: String,
    }

    /// A speciality.
    Speciality = "speciality" in "staged_speciality": SpecialityRow {
        name: String,
    }

    /// A doctor, a room, a piece of equipment. `uchastok_nums` is a JSON array of texts.
    Resource = "resource" in "staged_resource": ResourceRow {
        lpu: Uuid,
        kind: &'static str,
        family: String,
        name: String,
        patronymic: String,
        title: String,
        role: String,
        uchastok_nums: String,
        speciality: String,
        room: String,
        flat: i64,
        age_from: Option<i64>,
        age_to: Option<i64>,
        dispensary_only: bool,
        shown: bool,
    }

    /// A cell of the timetable. `begin_at` and `end_at` are in seconds since 1970-01-01T00:00:00Z. Without
    /// an `owner`, a cell that is there keeps its own.
    Slot = "slot" in "staged_slot": SlotRow {
        resource: Uuid,
        begin_at: i64,
        end_at: i64,
        plan_count: i64,
        flag_access: i64,
        busy_type: i64,
        busy_code: String,
        busy_name: String,
        room: String,
        age_from: Option<i64>,
        age_to: Option<i64>,
        owner: Option<&'static str>,
    }

    /// A patient's card. Document numbers are without blanks and hyphens; of `phone`, `email` and `email_confirm_agree`, none
    /// stays as it is in the database.
    Patient = "patient" in "staged_patient": PatientRow {
        lpu: Uuid,
        person_guid: Option<Uuid>,
        family: String,
        name: String,
        patronymic: String,
        birth_date: NaiveDate,
        sex: &'static str,
        policy_series: String,
        policy_number: String,
        snils: String,
        passport_series: String,
        passport_number: String,
        phone: Option<String>,
        email: Option<String>,
        email_confirm_agree: Option<bool>,
        uchastok_num: String,
        self_booking_banned: bool,
        closed: bool,
    }

    /// A referral.
    Referral = "referral" in "staged_referral": ReferralRow {
        kind: &'static str,
        patient: Uuid,
    }

    /// A patient under dispensary observation with a resource: the key says all.
    DispensaryRegistration = "dispensaryRegistration" in "staged_dispensary_registration": RegistrationRow {}

    /// A dispensary exam.
    Exam = "exam" in "staged_exam": ExamRow {
        patient: Uuid,
        name: String,
    }

    /// Where requests come from. No `schedule_days` means no limit of its own.
    ClientApplication = "clientApplication" in "staged_client_application": ApplicationRow {
        guid: Option<Uuid>,
        source: i64,
        name: String,
        description: String,
        access: i64,
        self_service: bool,
        schedule_days: Option<i64>,
    }
}
