//! The URL space on one screen: (method, path) to a [`Route`] ([crate::contract::conventions]: under `/api/v2` and alike under `/`).

use crate::refusal::HttpError;
use percent_encoding::percent_decode_str;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Contract 2.
    Book,
    /// Contract-kiosk 1.
    Identify,
    /// Contract-kiosk 2, and what is read of 3 and 4.
    Reading(Reading),
    /// What is changed of [crate::contract::tickets], [crate::contract::waiting_list].
    Change(Change),
    /// A file of the terminal's page; its path is looked up as it is.
    Page,
    /// The process lives ([crate::contract::monitoring]): the gate answers, whatever the engine waits for.
    Health,
    /// The database takes a write ([crate::contract::monitoring]).
    Ready,
    /// What the server counts and measures ([crate::contract::monitoring]).
    Metrics,
    /// The description of all this ([crate::contract::monitoring]).
    OpenApi,
}

/// What a kiosk reads ([crate::contract::reading], [crate::contract::tickets], [crate::contract::waiting_list]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All clinics.
    Lpus,
    /// One clinic.
    Lpu,
    /// A clinic's specialities with their free places.
    Specialities,
    /// A clinic's doctors, rooms and equipment with their free places.
    Resources,
    /// One of them.
    Resource,
    /// Its cells on a day, or from one day to another.
    Schedule,
    /// The cells of a speciality from one day to another.
    SpecialitySchedule,
    /// Client applications.
    ClientApplications,
    /// The patient's tickets.
    Tickets,
    /// One of them.
    Ticket,
    /// Tickets made with an outside account.
    TicketsOfOther,
    /// The patient's entries of the waiting list.
    WaitingList,
}

/// What a kiosk changes after a booking ([crate::contract::tickets], [crate::contract::waiting_list]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Cancels a visit.
    Cancel,
    /// The patient has come.
    CheckIn,
    /// Puts the patient on the waiting list.
    Wait,
    /// Takes the patient off it.
    StopWaiting,
}

impl Route {
    /// The name by which log and numbers call it.
    pub fn name(self) -> &'static str {
        match self {
            Route::Book => "book",
            Route::Identify => "identify",
            Route::Reading(reading) => reading.name(),
            Route::Change(change) => change.name(),
            Route::Page => "page",
            Route::Health => "health",
            Route::Ready => "ready",
            Route::Metrics => "metrics",
            Route::OpenApi => "openapi",
        }
    }
}

impl Reading {
    fn name(self) -> &'static str {
        match self {
            Reading::Lpus => "lpus",
            Reading::Lpu => "lpu",
            Reading::Specialities => "specialities",
            Reading::Resources => "resources",
            Reading::Resource => "resource",
            Reading::Schedule => "schedule",
            Reading::SpecialitySchedule => "speciality_schedule",
            Reading::ClientApplications => "client_applications",
            Reading::Tickets => "tickets",
            Reading::Ticket => "ticket",
            Reading::TicketsOfOther => "tickets_of_other",
            Reading::WaitingList => "waiting_list",
        }
    }
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Change::Cancel => "cancel",
            Change::CheckIn => "check_in",
            Change::Wait => "wait",
            Change::StopWaiting => "stop_waiting",
        }
    }
}

/// The methods of a place that is read.
macro_rules! reads {
    ($reading:ident) => {
        &[
            ("GET", Route::Reading(Reading::$reading)),
            ("HEAD", Route::Reading(Reading::$reading)),
        ]
    };
}

/// One path with the methods it answers to.
struct Place {
    /// Path words; `{}` stands for an argument, `{_}` for one that nobody looks at.
    path: &'static str,
    methods: &'static [(&'static str, Route)],
    /// The same methods, for `Allow`.
    allow: &'static str,
}

/// Every place. Of two that fit a path, the first counts.
const PLACES: &[Place] = &[
    Place {
        path: "visit/{}",
        methods: &[
            ("POST", Route::Book),
            ("GET", Route::Reading(Reading::Tickets)),
            ("HEAD", Route::Reading(Reading::Tickets)),
        ],
        allow: "POST, GET, HEAD",
    },
    Place {
        path: "visit/{}/other",
        methods: reads!(TicketsOfOther),
        allow: "GET, HEAD",
    },
    Place {
        path: "visit/{}/{}",
        methods: &[
            ("GET", Route::Reading(Reading::Ticket)),
            ("HEAD", Route::Reading(Reading::Ticket)),
            ("DELETE", Route::Change(Change::Cancel)),
        ],
        allow: "GET, HEAD, DELETE",
    },
    Place {
        path: "visit/{}/{}/checkin",
        methods: &[("POST", Route::Change(Change::CheckIn))],
        allow: "POST",
    },
    Place {
        path: "auth/{}/token",
        methods: &[("GET", Route::Identify), ("HEAD", Route::Identify)],
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu",
        methods: reads!(Lpus),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}",
        methods: reads!(Lpu),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/speciality",
        methods: reads!(Specialities),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/doctor",
        methods: reads!(Resources),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/doctor/{}",
        methods: reads!(Resource),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/doctor/{}/schedule/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/doctor/{}/schedule/{}/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/speciality/{_}/doctor/{}/schedule/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/speciality/{_}/doctor/{}/schedule/{}/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/position/{_}/doctor/{}/schedule/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/position/{_}/doctor/{}/schedule/{}/{}",
        methods: reads!(Schedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "lpu/{}/speciality/{}/schedule/{}/{}",
        methods: reads!(SpecialitySchedule),
        allow: "GET, HEAD",
    },
    Place {
        path: "settings/clientApplication/{}",
        methods: reads!(ClientApplications),
        allow: "GET, HEAD",
    },
    Place {
        path: "healthz",
        methods: &[("GET", Route::Health), ("HEAD", Route::Health)],
        allow: "GET, HEAD",
    },
    Place {
        path: "readyz",
        methods: &[("GET", Route::Ready), ("HEAD", Route::Ready)],
        allow: "GET, HEAD",
    },
    Place {
        path: "metrics",
        methods: &[("GET", Route::Metrics), ("HEAD", Route::Metrics)],
        allow: "GET, HEAD",
    },
    Place {
        path: "openapi.json",
        methods: &[("GET", Route::OpenApi), ("HEAD", Route::OpenApi)],
        allow: "GET, HEAD",
    },
    Place {
        path: "",
        methods: &[("GET", Route::Page), ("HEAD", Route::Page)],
        allow: "GET, HEAD",
    },
    Place {
        path: "page/{}/{}",
        methods: &[("GET", Route::Page), ("HEAD", Route::Page)],
        allow: "GET, HEAD",
    },
    Place {
        path: "page/{}/screens/{}",
        methods: &[("GET", Route::Page), ("HEAD", Route::Page)],
        allow: "GET, HEAD",
    },
];

/// The places of the vendor's newer methods.
const NEWER_PLACES: &[Place] = &[
    Place {
        path: "waitinglist",
        methods: &[
            ("GET", Route::Reading(Reading::WaitingList)),
            ("HEAD", Route::Reading(Reading::WaitingList)),
            ("POST", Route::Change(Change::Wait)),
        ],
        allow: "GET, HEAD, POST",
    },
    Place {
        path: "waitinglist/{}",
        methods: &[("DELETE", Route::Change(Change::StopWaiting))],
        allow: "DELETE",
    },
];

/// The base addresses that vendor clients use besides `/`, each with its places.
const BASES: [([&str; 2], &[Place]); 2] = [(["api", "v2"], PLACES), (["api", "v3"], NEWER_PLACES)];

/// Most arguments in a path.
const ARGUMENTS_MAX: usize = 4;

/// A request's route with the arguments in its path, percent-decoded but not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// The route.
    pub route: Route,
    /// The arguments, in order.
    pub arguments: Vec<String>,
}

/// Finds the route. Path words are matched without regard to case; empty segments do not count.
///
/// # Errors
/// [`HttpError::UnknownPath`], [`HttpError::Method`].
pub fn route(method: &str, path: &str) -> Result<Routed, HttpError> {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let (place, arguments) = BASES
        .iter()
        .find_map(|(base, places)| {
            let segments = without_base(&segments, base);
            places
                .iter()
                .find_map(|place| Some((place, arguments(place.path, segments)?)))
        })
        .ok_or(HttpError::UnknownPath)?;
    let route = place.methods.iter().find(|(known, _)| *known == method);
    let (_, route) = route.ok_or(HttpError::Method(place.allow))?;
    Ok(Routed {
        route: *route,
        arguments,
    })
}

/// The segments after a base, if they begin with it and go on.
fn without_base<'a, 'b>(segments: &'a [&'b str], base: &[&str]) -> &'a [&'b str] {
    let mut words = base.iter().zip(segments);
    let has_base =
        segments.len() > base.len() && words.all(|(word, segment)| word.eq_ignore_ascii_case(segment));
    if has_base {
        &segments[base.len()..]
    } else {
        segments
    }
}

/// The arguments of a path that has the form of `pattern`; none when it has not.
fn arguments(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut arguments = Vec::with_capacity(ARGUMENTS_MAX);
    let mut segments = segments.iter();
    for word in pattern.split('/').filter(|word| !word.is_empty()) {
        let segment = segments.next()?;
        if word == "{}" {
            arguments.push(percent_decode_str(segment).decode_utf8_lossy().into_owned());
        } else if word != "{_}" && !word.eq_ignore_ascii_case(segment) {
            return None;
        }
    }
    segments.next().is_none().then_some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn booking_is_found_under_both_bases_in_any_case() {
        let guid = "c3c977af-c3b4-4517-9d57-50a6844ec660";
        for base in ["/api/v2/visit/", "/visit/", "/API/V2/Visit/", "//api//v2/VISIT/"] {
            let routed = route("POST", &format!("{base}{guid}")).expect(base);
            assert_eq!(
                routed,
                Routed {
                    route: Route::Book,
                    arguments: vec![guid.to_owned()]
                }
            );
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

    #[test]
    fn allow_names_the_methods_of_its_place() {
        for place in PLACES.iter().chain(NEWER_PLACES) {
            let methods: Vec<_> = place.methods.iter().map(|(method, _)| *method).collect();
            assert_eq!(place.allow, methods.join(", "), "{}", place.path);
            assert!(place.path.matches("{}").count() <= ARGUMENTS_MAX);
        }
    }

    /// Goal: the OpenAPI document has every place with its methods, and no other. Method: paths are compared with the names
    /// of their arguments left out; HEAD is not listed there, it goes with GET.
    #[test]
    fn the_document_describes_every_place() {
        let document: serde_json::Value = serde_json::from_str(include_str!("wire/openapi.json")).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let words = path
                .split('/')
                .map(|word| if word.starts_with('{') { "{}" } else { word });
            let path = words.collect::<Vec<_>>().join("/");
            let keys = item.as_object().unwrap().keys();
            let methods = keys.filter(|key| !["servers", "parameters"].contains(&&***key));
            described.extend(methods.map(|method| (path.clone(), method.to_uppercase())));
        }
        let mut served = BTreeSet::new();
        for place in PLACES.iter().chain(NEWER_PLACES) {
            let path = format!("/{}", place.path.replace("{_}", "{}"));
            let has_get = place.methods.iter().any(|(method, _)| *method == "GET");
            let methods = place.methods.iter().map(|(method, _)| *method);
            let methods = methods.filter(|method| !(has_get && *method == "HEAD"));
            served.extend(methods.map(|method| (path.clone(), method.to_owned())));
        }
        assert_eq!(described, served);
    }
}
