//! Goal: only who may is served at the reception's page, and what is done there names who did it. Method: the real binary, with
//! people added at the command line; attacks by hand.

mod cards;
mod closures;
mod day;
mod outages;
mod sign_in;
mod status;
mod visits;
mod waiting;

use crate::clinic;
use crate::harness::{Answer, Client, Server, Site};
use crate::openapi::Document;
use serde_json::Value;

/// Somebody at the reception: a connection, and the cookie of a session.
pub struct Person {
    client: Client,
    cookie: Option<String>,
    origin: String,
    document: Document,
}

/// Adds somebody at the command line; the password.
pub fn add(site: &Site, login: &str, role: &str) -> String {
    let printed = site.run_well(
        &["staff", "add", login, "--name", "Петрова П. П.", "--role", role],
        "",
    );
    printed.trim().strip_prefix("password: ").unwrap().to_owned()
}

impl Person {
    /// Somebody who has not signed in.
    pub fn stranger(server: &Server) -> Person {
        let mut client = server.client();
        Person {
            document: Document::of(&mut client),
            client,
            cookie: None,
            origin: format!("http://{}", server.address),
        }
    }

    /// Somebody of this role, who has signed in.
    pub fn of(site: &Site, server: &Server, role: &str) -> Person {
        let login = format!("{role}-1");
        let password = add(site, &login, role);
        let mut person = Person::stranger(server);
        let answer = person.sign_in(&login, &password);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        person
    }

    /// Signs in; keeps the cookie.
    pub fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({"login": login, "password": password});
        let answer = self.change("POST", "/desk/api/session", &body);
        if let Some(cookie) = answer.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        answer
    }

    /// Asks as the page does; the answer has to be described.
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let cookie = self.cookie.clone().unwrap_or_default();
        let mut all = headers.to_vec();
        if !cookie.is_empty() {
            all.push(("Cookie", &cookie));
        }
        let answer = self.client.ask(method, path, &all, body.as_bytes());
        let bare = path.split('?').next().unwrap();
        let described = self.document.operations().into_iter().find(|operation| {
            let fits = |(word, place): (&str, &str)| place.starts_with('{') || word == place;
            operation.method == method
                && operation.path.split('/').count() == bare.split('/').count()
                && bare.split('/').zip(operation.path.split('/')).all(fits)
        });
        self.document
            .describes(&described.unwrap_or_else(|| panic!("{method} {path}")), &answer);
        answer
    }

    pub fn read(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Reads what has to be there.
    pub fn see(&mut self, path: &str) -> Value {
        let answer = self.read(path);
        assert_eq!(
            answer.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    pub fn change(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let origin = self.origin.clone();
        let headers = [("Origin", &*origin), ("Content-Type", "application/json")];
        self.ask(method, path, &headers, &body.to_string())
    }

    /// Changes what has to be changed.
    pub fn do_well(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.change(method, path, body);
        assert_eq!(
            answer.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }
}

/// Status and code of an answer.
pub fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["message_code"].as_str().unwrap().to_owned();
    (answer.status, code)
}

/// A site with a doctor (2), cells of today and tomorrow, and a patient (4).
pub fn site(more: &str) -> Site {
    let site = Site::new(more);
    site.import(&clinic::small());
    site
}
