//! The URL space on one screen: (method, path) to a [`Route`] that carries its arguments ([crate::contract::conventions]: under
//! `/api/v2` and alike under `/`).

mod desk;

pub use desk::{DeskRead, DeskWrite, JobWrite};

use crate::refusal::HttpError;
use percent_encoding::percent_decode_str;

/// The operation that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// An operation that may write: such requests share a batch and its commit.
    Write(Write),
    /// An operation that leaves the database as it is.
    Read(Read),
}

/// An operation that may write. Arguments of the path are percent-decoded, and not checked yet: the order of checks is the
/// contract's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the contract's")]
pub enum Write {
    /// [crate::contract::booking]
    Book { lpu: String },
    /// [crate::contract::identification]
    Identify { lpu: String },
    /// A ticket printed again ([crate::contract::terminal]).
    Reprint { lpu: String },
    /// [crate::contract::tickets]
    Cancel { lpu: String, ticket: String },
    /// [crate::contract::tickets]
    CheckIn { lpu: String, ticket: String },
    /// [crate::contract::holds]
    Hold { lpu: String },
    /// [crate::contract::holds]
    GiveBack { lpu: String, hold: String },
    /// [crate::contract::waiting_list]
    Wait,
    /// [crate::contract::waiting_list]
    StopWaiting { entry: String },
    /// Proves that the database takes a write ([crate::contract::monitoring]).
    Ready,
    /// [crate::contract::desk]
    Desk(DeskWrite),
}

/// An operation that leaves the database as it is. Its arguments are as those of [`Write`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the contract's")]
pub enum Read {
    Lpus,
    Lpu {
        lpu: String,
    },
    /// A clinic's specialities with their free places.
    Specialities {
        lpu: String,
    },
    /// A clinic's doctors, rooms and equipment with their free places.
    Resources {
        lpu: String,
    },
    Resource {
        lpu: String,
        resource: String,
    },
    /// The cells of a resource.
    Schedule {
        lpu: String,
        resource: String,
        days: PathDays,
    },
    SpecialitySchedule {
        lpu: String,
        speciality: String,
        days: PathDays,
    },
    ClientApplications {
        guid: String,
    },
    Tickets {
        lpu: String,
    },
    Ticket {
        lpu: String,
        ticket: String,
    },
    /// Tickets made with an outside account.
    TicketsOfOther {
        lpu: String,
    },
    WaitingList,
    /// [crate::contract::terminal]
    Terminal,
    /// What a terminal's helper says of the printer, kept in memory ([crate::contract::terminal]).
    TellPrinter,
    /// A file of the terminal's page.
    Page,
    /// The process lives: the gate answers, even while the engine waits.
    Health,
    Metrics,
    OpenApi,
    /// [crate::contract::desk]
    Desk(DeskRead),
}

/// The days at the end of a schedule's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathDays {
    /// The first day, or the only one.
    pub from: String,
    /// The last day, where the path names two.
    pub to: Option<String>,
}

impl Route {
    /// Returns the operation's name for log and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Route::Write(Write::Book { .. }) => "book",
            Route::Write(Write::Identify { .. }) => "identify",
            Route::Write(Write::Reprint { .. }) => "reprint",
            Route::Write(Write::Cancel { .. }) => "cancel",
            Route::Write(Write::CheckIn { .. }) => "check_in",
            Route::Write(Write::Hold { .. }) => "hold",
            Route::Write(Write::GiveBack { .. }) => "give_back",
            Route::Write(Write::Wait) => "wait",
            Route::Write(Write::StopWaiting { .. }) => "stop_waiting",
            Route::Write(Write::Ready) => "ready",
            Route::Write(Write::Desk(write)) => write.name(),
            Route::Read(Read::Desk(read)) => read.name(),
            Route::Read(Read::Lpus) => "lpus",
            Route::Read(Read::Lpu { .. }) => "lpu",
            Route::Read(Read::Specialities { .. }) => "specialities",
            Route::Read(Read::Resources { .. }) => "resources",
            Route::Read(Read::Resource { .. }) => "resource",
            Route::Read(Read::Schedule { .. }) => "schedule",
            Route::Read(Read::SpecialitySchedule { .. }) => "speciality_schedule",
            Route::Read(Read::ClientApplications { .. }) => "client_applications",
            Route::Read(Read::Tickets { .. }) => "tickets",
            Route::Read(Read::Ticket { .. }) => "ticket",
            Route::Read(Read::TicketsOfOther { .. }) => "tickets_of_other",
            Route::Read(Read::WaitingList) => "waiting_list",
            Route::Read(Read::TellPrinter) => "tell_printer",
            Route::Read(Read::Terminal) => "terminal",
            Route::Read(Read::Page) => "page",
            Route::Read(Read::Health) => "health",
            Route::Read(Read::Metrics) => "metrics",
            Route::Read(Read::OpenApi) => "openapi",
        }
    }
}

/// The operations of one path.
struct Methods {
    post: Option<Route>,
    get: Option<Route>,
    delete: Option<Route>,
    /// The same methods, for `Allow`.
    allow: &'static str,
}

/// Finds the route. Words of the path are matched without regard to case; empty segments do not count.
///
/// # Errors
/// [`HttpError::UnknownPath`], [`HttpError::Method`].
pub fn route(method: &str, path: &str) -> Result<Route, HttpError> {
    let lower = path.to_ascii_lowercase();
    let segments = lower.split('/').zip(path.split('/'));
    let segments: Vec<Segment> = segments.filter(|(segment, _)| !segment.is_empty()).collect();
    let methods = match &segments[..] {
        [("desk", _), rest @ ..] => desk::desk(rest),
        [("api", _), ("v2", _), rest @ ..] if !rest.is_empty() => version_2(rest),
        [("api", _), ("v3", _), rest @ ..] if !rest.is_empty() => version_3(rest),
        all => version_2(all).or_else(|| version_3(all)),
    };
    let Methods {
        post,
        get,
        delete,
        allow,
    } = methods.ok_or(HttpError::UnknownPath)?;
    let found = match method {
        "POST" => post,
        "GET" | "HEAD" => get,
        "DELETE" => delete,
        _ => None,
    };
    found.ok_or(HttpError::Method(allow))
}

/// A segment of a path: in lower case, and as it was sent.
type Segment<'a> = (&'a str, &'a str);

fn version_2(segments: &[Segment]) -> Option<Methods> {
    Some(match *segments {
        [("visit", _), lpu] => Methods {
            post: Some(Write::Book { lpu: text(lpu) }.into()),
            allow: "POST, GET, HEAD",
            ..get(Read::Tickets { lpu: text(lpu) })
        },
        [("visit", _), lpu, ("hold", _)] => Methods {
            post: Some(Write::Hold { lpu: text(lpu) }.into()),
            allow: "POST",
            ..Methods::NONE
        },
        [("visit", _), lpu, ("hold", _), hold] => Methods {
            delete: Some(Write::GiveBack { lpu: text(lpu), hold: text(hold) }.into()),
            allow: "DELETE",
            ..Methods::NONE
        },
        [("visit", _), lpu, ("other", _)] => get(Read::TicketsOfOther { lpu: text(lpu) }),
        [("visit", _), lpu, ("reprint", _)] => get(Write::Reprint { lpu: text(lpu) }),
        [("visit", _), lpu, ticket] => {
            let (lpu, ticket) = (text(lpu), text(ticket));
            Methods {
                delete: Some(Write::Cancel { lpu: lpu.clone(), ticket: ticket.clone() }.into()),
                allow: "GET, HEAD, DELETE",
                ..get(Read::Ticket { lpu, ticket })
            }
        }
        [("visit", _), lpu, ticket, ("checkin", _)] => Methods {
            post: Some(Write::CheckIn { lpu: text(lpu), ticket: text(ticket) }.into()),
            allow: "POST",
            ..Methods::NONE
        },
        [("auth", _), lpu, ("token", _)] => get(Write::Identify { lpu: text(lpu) }),
        [("terminal", _)] => get(Read::Terminal),
        [("terminal", _), ("printer", _)] => Methods {
            post: Some(Read::TellPrinter.into()),
            allow: "POST",
            ..Methods::NONE
        },
        [("lpu", _)] => get(Read::Lpus),
        [("lpu", _), lpu] => get(Read::Lpu { lpu: text(lpu) }),
        [("lpu", _), lpu, ("speciality", _)] => get(Read::Specialities { lpu: text(lpu) }),
        [("lpu", _), lpu, ("doctor", _)] => get(Read::Resources { lpu: text(lpu) }),
        [("lpu", _), lpu, ("doctor", _), resource] => {
            let (lpu, resource) = (text(lpu), text(resource));
            get(Read::Resource { lpu, resource })
        }
        [("lpu", _), lpu, ("speciality", _), speciality, ("schedule", _), from, to] => {
            let (lpu, speciality) = (text(lpu), text(speciality));
            let days = days(from, Some(to));
            get(Read::SpecialitySchedule { lpu, speciality, days })
        }
        [("lpu", _), lpu, ("doctor", _), resource, ("schedule", _), from, ref to @ ..]
        // The speciality or the position of the doctor does not matter.
        | [("lpu", _), lpu, ("speciality" | "position", _), _, ("doctor", _), resource, ("schedule", _), from, ref to @ ..]
            if to.len() <= 1 =>
        {
            let (lpu, resource) = (text(lpu), text(resource));
            let days = days(from, to.first().copied());
            get(Read::Schedule { lpu, resource, days })
        }
        [("settings", _), ("clientapplication", _), guid] => get(Read::ClientApplications { guid: text(guid) }),
        [("healthz", _)] => get(Read::Health),
        [("readyz", _)] => get(Write::Ready),
        [("metrics", _)] => get(Read::Metrics),
        [("openapi.json", _)] => get(Read::OpenApi),
        [] | [("page", _), _, _] | [("page", _), _, ("screens" | "texts" | "views" | "fonts", _), _] => get(Read::Page),
        _ => return None,
    })
}

/// The vendor's newer methods.
fn version_3(segments: &[Segment]) -> Option<Methods> {
    Some(match *segments {
        [("waitinglist", _)] => Methods {
            post: Some(Write::Wait.into()),
            allow: "GET, HEAD, POST",
            ..get(Read::WaitingList)
        },
        [("waitinglist", _), entry] => Methods {
            delete: Some(Write::StopWaiting { entry: text(entry) }.into()),
            allow: "DELETE",
            ..Methods::NONE
        },
        _ => return None,
    })
}

impl Methods {
    const NONE: Methods = Methods {
        post: None,
        get: None,
        delete: None,
        allow: "",
    };
}

fn get(route: impl Into<Route>) -> Methods {
    Methods {
        get: Some(route.into()),
        allow: "GET, HEAD",
        ..Methods::NONE
    }
}

fn days(from: Segment, to: Option<Segment>) -> PathDays {
    PathDays {
        from: text(from),
        to: to.map(text),
    }
}

/// An argument, percent-decoded.
fn text((_, sent): Segment) -> String {
    percent_decode_str(sent).decode_utf8_lossy().into_owned()
}

impl From<Read> for Route {
    fn from(read: Read) -> Route {
        Route::Read(read)
    }
}

impl From<DeskRead> for Route {
    fn from(read: DeskRead) -> Route {
        Route::Read(Read::Desk(read))
    }
}

impl From<DeskWrite> for Route {
    fn from(write: DeskWrite) -> Route {
        Route::Write(Write::Desk(write))
    }
}

impl From<Write> for Route {
    fn from(write: Write) -> Route {
        Route::Write(write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn booking_is_found_under_both_bases_in_any_case() {
        let lpu = "c3c977af-c3b4-4517-9d57-50a6844ec660";
        for base in ["/api/v2/visit/", "/visit/", "/API/V2/Visit/", "//api//v2/VISIT/"] {
            let found = route("POST", &format!("{base}{lpu}")).expect(base);
            assert_eq!(found, Route::Write(Write::Book { lpu: lpu.to_owned() }));
        }
    }

    #[test]
    fn other_paths_and_methods_are_told_apart() {
        for path in [
            "/visit",
            "/api/v2",
            "/api/v2/visit",
            "/visit/a/b/c/d",
            "/api/visit/a",
            "/api/v1/visit/a",
            "/api/v3/visit/a",
            "/api/v2/waitinglist",
            "/api/v3",
        ] {
            assert_eq!(route("POST", path), Err(HttpError::UnknownPath), "{path}");
        }
        for method in ["PUT", "PATCH", "post"] {
            assert!(
                matches!(route(method, "/visit/a"), Err(HttpError::Method(_))),
                "{method}"
            );
        }
    }

    /// The described paths as lists of words, `{}` for an argument, with their methods.
    fn described() -> BTreeMap<Vec<String>, BTreeSet<String>> {
        let document: serde_json::Value = serde_json::from_str(include_str!("wire/openapi.json")).unwrap();
        let mut described: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let words = path.split('/').filter(|word| !word.is_empty());
            let words = words.map(|word| if word.starts_with('{') { "{}" } else { word });
            let keys = item.as_object().unwrap().keys();
            let methods = keys.filter(|key| !["servers", "parameters"].contains(&&***key));
            let methods = methods.map(|method| method.to_uppercase());
            described
                .entry(words.map(str::to_owned).collect())
                .or_default()
                .extend(methods);
        }
        described
    }

    /// Goal: the OpenAPI document has every path with its methods, and no other; `Allow` names these methods. Method: each
    /// path is asked for as it is described, and with any one of its words replaced, left out or added. HEAD is not listed in
    /// the document; it goes with GET.
    #[test]
    fn the_document_describes_every_path() {
        let described = described();
        let mut words: BTreeSet<&str> = described.keys().flatten().map(String::as_str).collect();
        words.insert("{}");
        let mut names = BTreeSet::new();
        let mut asked = BTreeSet::new();
        for path in described.keys() {
            asked.insert(path.clone());
            for at in 0..=path.len() {
                for word in &words {
                    let mut added = path.clone();
                    added.insert(at, (*word).to_owned());
                    asked.insert(added);
                }
                if at < path.len() {
                    let mut shorter = path.clone();
                    shorter.remove(at);
                    asked.insert(shorter);
                    for word in &words {
                        let mut other = path.clone();
                        other[at] = (*word).to_owned();
                        asked.insert(other);
                    }
                }
            }
        }
        assert!(asked.len() > 1_000, "{}", asked.len());
        let fits = |path: &[String], pattern: &[String]| {
            path.len() == pattern.len()
                && path
                    .iter()
                    .zip(pattern)
                    .all(|(word, place)| word == place || place == "{}")
        };
        for path in &asked {
            // A path of words alone comes before one with an argument in their place.
            let fitting = described.iter().filter(|(pattern, _)| fits(path, pattern));
            let methods =
                fitting.min_by_key(|(pattern, _)| pattern.iter().filter(|word| *word == "{}").count());
            let sent = format!("/{}", path.join("/"));
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] {
                let listed = if method == "HEAD" { "GET" } else { method };
                match (route(method, &sent), methods) {
                    (Ok(route), Some((_, methods))) => {
                        assert!(methods.contains(listed), "{method} {sent}");
                        names.insert(route.name());
                    }
                    (Err(HttpError::Method(allow)), Some((_, methods))) => {
                        assert!(!methods.contains(listed), "{method} {sent}");
                        let allowed = allow.split(", ").filter(|method| *method != "HEAD");
                        assert_eq!(
                            &allowed.map(str::to_owned).collect::<BTreeSet<_>>(),
                            methods,
                            "{sent}"
                        );
                        assert_eq!(allow.contains("GET"), allow.contains("HEAD"), "{sent}");
                    }
                    (found, _) => {
                        assert_eq!(
                            (found, methods),
                            (Err(HttpError::UnknownPath), None),
                            "{method} {sent}"
                        );
                    }
                }
            }
        }
        assert_eq!(names.len(), 67, "{names:?}");
    }
}
