//! The paths of the reception's page ([crate::contract::desk]), below `/desk`.

use super::{Methods, PathDays, Segment, days, get, text};
use crate::model::PasswordFound;

/// An operation of the reception that may write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the contract's")]
pub enum DeskWrite {
    /// With what the check of the password found: nothing yet, where the path is all that is known.
    SignIn(Option<PasswordFound>),
    SignOut,
    /// With the hash of the new password, once it is made.
    AddStaff(Option<PasswordFound>),
    ResetStaff {
        login: String,
        found: Option<PasswordFound>,
    },
    DisableStaff {
        login: String,
    },
    /// A provisional card.
    AddCard,
    SetContact {
        mkab: String,
    },
    Book {
        mkab: String,
    },
    Move {
        ticket: String,
    },
    Cancel {
        ticket: String,
    },
    CheckIn {
        ticket: String,
    },
    /// Holds a place for somebody who waits.
    Offer {
        entry: String,
    },
    /// Takes an offer back.
    Withdraw {
        entry: String,
    },
    EndWaiting {
        entry: String,
    },
    /// Closes a time.
    Close,
    /// Opens a closed time again.
    Open {
        closure: String,
    },
    /// Work beside the server, for the status page. No transaction is needed for it.
    Job(JobWrite),
    /// Marks what an exchange left to a person as seen.
    SeeIssue {
        issue: String,
    },
    /// Notes that the patient of a visit in a closed time was told.
    Called {
        closure: String,
        ticket: String,
    },
}

/// Work that is begun, fed or ended on the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the contract's")]
pub enum JobWrite {
    Check,
    BackUp,
    BeginImport,
    /// A piece of the file that is to be imported.
    Piece {
        job: String,
        offset: String,
    },
    StopImport {
        job: String,
    },
}

/// An operation of the reception that only reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the contract's")]
pub enum DeskRead {
    /// The page's document.
    Page,
    Session,
    Staff,
    /// The visits of a day.
    Day,
    FindPatients,
    Patient {
        mkab: String,
    },
    /// Specialities that can be booked for a patient.
    Specialities {
        mkab: String,
    },
    Resources {
        mkab: String,
    },
    Cells {
        mkab: String,
        resource: String,
        days: PathDays,
    },
    /// Who waits.
    Waiting,
    /// Cells that fit an entry of the waiting list.
    FittingCells {
        entry: String,
    },
    Closures,
    Closure {
        closure: String,
    },
    /// How the server is.
    Status,
    /// A month in numbers.
    Month,
    /// What an exchange left to a person.
    Issues,
}

impl DeskWrite {
    /// Returns the operation's name for log and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            DeskWrite::SignIn(_) => "desk_sign_in",
            DeskWrite::SignOut => "desk_sign_out",
            DeskWrite::AddStaff(_) => "desk_add_staff",
            DeskWrite::ResetStaff { .. } => "desk_reset_staff",
            DeskWrite::DisableStaff { .. } => "desk_disable_staff",
            DeskWrite::AddCard => "desk_add_card",
            DeskWrite::SetContact { .. } => "desk_set_contact",
            DeskWrite::Book { .. } => "desk_book",
            DeskWrite::Move { .. } => "desk_move",
            DeskWrite::Cancel { .. } => "desk_cancel",
            DeskWrite::CheckIn { .. } => "desk_check_in",
            DeskWrite::Offer { .. } => "desk_offer",
            DeskWrite::Withdraw { .. } => "desk_withdraw",
            DeskWrite::EndWaiting { .. } => "desk_end_waiting",
            DeskWrite::Close => "desk_close",
            DeskWrite::Open { .. } => "desk_open",
            DeskWrite::Called { .. } => "desk_called",
            DeskWrite::SeeIssue { .. } => "desk_see_issue",
            DeskWrite::Job(JobWrite::Check) => "desk_check",
            DeskWrite::Job(JobWrite::BackUp) => "desk_back_up",
            DeskWrite::Job(JobWrite::BeginImport) => "desk_import",
            DeskWrite::Job(JobWrite::Piece { .. }) => "desk_import_piece",
            DeskWrite::Job(JobWrite::StopImport { .. }) => "desk_stop_import",
        }
    }
}

impl DeskRead {
    /// Returns the operation's name for log and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            DeskRead::Page => "desk_page",
            DeskRead::Session => "desk_session",
            DeskRead::Staff => "desk_staff",
            DeskRead::Day => "desk_day",
            DeskRead::FindPatients => "desk_find_patients",
            DeskRead::Patient { .. } => "desk_patient",
            DeskRead::Specialities { .. } => "desk_specialities",
            DeskRead::Resources { .. } => "desk_resources",
            DeskRead::Cells { .. } => "desk_cells",
            DeskRead::Waiting => "desk_waiting",
            DeskRead::FittingCells { .. } => "desk_fitting_cells",
            DeskRead::Closures => "desk_closures",
            DeskRead::Closure { .. } => "desk_closure",
            DeskRead::Status => "desk_status",
            DeskRead::Month => "desk_month",
            DeskRead::Issues => "desk_issues",
        }
    }
}

/// Finds the operations of a path, given by its segments behind `desk`.
pub(super) fn desk(segments: &[Segment]) -> Option<Methods> {
    let post = |write: DeskWrite| Methods {
        post: Some(write.into()),
        allow: "POST",
        ..Methods::NONE
    };
    Some(match *segments {
        [] => get(DeskRead::Page),
        [("api", _), ("day", _)] => get(DeskRead::Day),
        [("api", _), ("session", _)] => Methods {
            post: Some(DeskWrite::SignIn(None).into()),
            delete: Some(DeskWrite::SignOut.into()),
            allow: "GET, HEAD, POST, DELETE",
            ..get(DeskRead::Session)
        },
        [("api", _), ("patients", _)] => Methods {
            post: Some(DeskWrite::AddCard.into()),
            allow: "GET, HEAD, POST",
            ..get(DeskRead::FindPatients)
        },
        [("api", _), ("patients", _), mkab] => get(DeskRead::Patient { mkab: text(mkab) }),
        [("api", _), ("patients", _), mkab, ("contact", _)] => {
            post(DeskWrite::SetContact { mkab: text(mkab) })
        }
        [("api", _), ("patients", _), mkab, ("visits", _)] => post(DeskWrite::Book { mkab: text(mkab) }),
        [("api", _), ("patients", _), mkab, ("specialities", _)] => {
            get(DeskRead::Specialities { mkab: text(mkab) })
        }
        [("api", _), ("patients", _), mkab, ("doctors", _)] => get(DeskRead::Resources { mkab: text(mkab) }),
        [
            ("api", _),
            ("patients", _),
            mkab,
            ("cells", _),
            resource,
            from,
            to,
        ] => get(DeskRead::Cells {
            mkab: text(mkab),
            resource: text(resource),
            days: days(from, Some(to)),
        }),
        [("api", _), ("visits", _), ticket, ("move", _)] => post(DeskWrite::Move { ticket: text(ticket) }),
        [("api", _), ("visits", _), ticket, ("cancel", _)] => {
            post(DeskWrite::Cancel { ticket: text(ticket) })
        }
        [("api", _), ("visits", _), ticket, ("checkin", _)] => {
            post(DeskWrite::CheckIn { ticket: text(ticket) })
        }
        [("api", _), ("waiting", _)] => get(DeskRead::Waiting),
        [("api", _), ("waiting", _), entry, ("cells", _)] => {
            get(DeskRead::FittingCells { entry: text(entry) })
        }
        [("api", _), ("waiting", _), entry, ("offer", _)] => post(DeskWrite::Offer { entry: text(entry) }),
        [("api", _), ("waiting", _), entry, ("withdraw", _)] => {
            post(DeskWrite::Withdraw { entry: text(entry) })
        }
        [("api", _), ("waiting", _), entry, ("end", _)] => post(DeskWrite::EndWaiting { entry: text(entry) }),
        [("api", _), ("closures", _)] => Methods {
            post: Some(DeskWrite::Close.into()),
            allow: "GET, HEAD, POST",
            ..get(DeskRead::Closures)
        },
        [("api", _), ("closures", _), closure] => get(DeskRead::Closure {
            closure: text(closure),
        }),
        [("api", _), ("closures", _), closure, ("open", _)] => post(DeskWrite::Open {
            closure: text(closure),
        }),
        [
            ("api", _),
            ("closures", _),
            closure,
            ("visits", _),
            ticket,
            ("called", _),
        ] => post(DeskWrite::Called {
            closure: text(closure),
            ticket: text(ticket),
        }),
        [("api", _), ("status", _), ref rest @ ..] => return status(rest),
        [("api", _), ("staff", _)] => Methods {
            post: Some(DeskWrite::AddStaff(None).into()),
            allow: "GET, HEAD, POST",
            ..get(DeskRead::Staff)
        },
        [("api", _), ("staff", _), login, ("reset", _)] => post(DeskWrite::ResetStaff {
            login: text(login),
            found: None,
        }),
        [("api", _), ("staff", _), login, ("disable", _)] => {
            post(DeskWrite::DisableStaff { login: text(login) })
        }
        _ => return None,
    })
}

/// Finds the operations of the status page, by the segments behind `status`.
fn status(segments: &[Segment]) -> Option<Methods> {
    let post = |job: JobWrite| Methods {
        post: Some(DeskWrite::Job(job).into()),
        allow: "POST",
        ..Methods::NONE
    };
    Some(match *segments {
        [] => get(DeskRead::Status),
        [("month", _)] => get(DeskRead::Month),
        [("issues", _)] => get(DeskRead::Issues),
        [("issues", _), issue, ("seen", _)] => Methods {
            post: Some(DeskWrite::SeeIssue { issue: text(issue) }.into()),
            allow: "POST",
            ..Methods::NONE
        },
        [("check", _)] => post(JobWrite::Check),
        [("backup", _)] => post(JobWrite::BackUp),
        [("import", _)] => post(JobWrite::BeginImport),
        [("import", _), job] => Methods {
            delete: Some(DeskWrite::Job(JobWrite::StopImport { job: text(job) }).into()),
            allow: "DELETE",
            ..Methods::NONE
        },
        [("import", _), job, offset] => post(JobWrite::Piece {
            job: text(job),
            offset: text(offset),
        }),
        _ => return None,
    })
}
