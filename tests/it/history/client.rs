//! The clients of a life: terminals and registrars, each on a connection of its own. What they ask is drawn.

use super::call::{Asked, Call, Came};
use super::town::{CELLS, LOGIN, LPU, PATIENTS, Town, number_of};
use crate::clinic::guid;
use crate::desk::Person;
use crate::harness::{Answer, Client, KEY, Server, claims, sign};
use crate::model::Dice;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Clients of a life. The last two are registrars, and the last alone moves visits.
pub const CLIENTS: usize = 8;
const REGISTRARS: usize = 2;

/// First calls of a life, at which all clients book for the same patient, so that the server decides on them together.
const RUSH_CALLS: usize = 8;

/// Tickets that are drawn from: the newest are likely to be active.
const NEWEST: usize = 12;

/// Tickets that clients know, with their patients.
type Tickets = Vec<(u32, String)>;

/// What the clients of a life share.
pub struct Crowd {
    address: SocketAddr,
    cookie: String,
    seed: u64,
    since: Instant,
    tickets: Mutex<Tickets>,
    tokens: HashMap<u32, String>,
}

impl Crowd {
    /// Signs the registrars in.
    pub fn of(town: &Town, server: &Server, seed: u64, since: Instant) -> Crowd {
        let mut registrar = Person::stranger(server);
        let signed_in = registrar.sign_in(LOGIN, &town.password);
        let cookie = signed_in.header("set-cookie").unwrap_or_else(|| {
            panic!(
                "the registrar may not come in: {}",
                String::from_utf8_lossy(&signed_in.body)
            )
        });
        Crowd {
            address: server.address,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            seed,
            since,
            tickets: Mutex::default(),
            tokens: PATIENTS
                .map(|number| (number, sign(&claims(&guid(LPU), &guid(number), "Infomat"), KEY)))
                .collect(),
        }
    }

    /// Asks until the server is gone; the calls. `earlier` is the record of earlier lives; `made` counts answers.
    pub fn play(&self, number: usize, earlier: &[Call], made: &AtomicUsize) -> Vec<Call> {
        let known = earlier
            .iter()
            .filter_map(|call| Some((call.patient, call.booked()?.to_owned())));
        self.tickets.lock().unwrap().extend(known);
        let Ok(client) = Client::try_connect(self.address) else {
            return Vec::new();
        };
        let mut one = One {
            crowd: self,
            client,
            at_desk: number >= CLIENTS - REGISTRARS,
            moves: number == CLIENTS - 1,
            dice: Dice(self.seed * CLIENTS as u64 + number as u64),
            name: format!("{}-{number}", self.seed),
            presses: earlier.iter().filter_map(press).collect(),
            hold: None,
        };
        let mut calls = Vec::new();
        while !matches!(
            calls.last(),
            Some(Call {
                came: Came::Unknown,
                ..
            })
        ) {
            let (patient, asked) = one.draw(calls.len());
            calls.push(one.ask(patient, asked));
            made.fetch_add(1, Ordering::Relaxed);
        }
        calls
    }
}

/// Returns a call's press of a booking, to be repeated.
fn press(call: &Call) -> Option<(u32, Asked)> {
    matches!(call.asked, Asked::Book { .. }).then(|| (call.patient, call.asked.clone()))
}

/// One client.
struct One<'c> {
    crowd: &'c Crowd,
    client: Client,
    at_desk: bool,
    moves: bool,
    dice: Dice,
    name: String,
    presses: Vec<(u32, Asked)>,
    /// The hold that this client has just got, with its cell.
    hold: Option<(u32, u32, String)>,
}

impl One<'_> {
    /// Draws the next call.
    fn draw(&mut self, number: usize) -> (u32, Asked) {
        let patient = PATIENTS.start + u32::try_from(self.dice.roll(PATIENTS.len())).unwrap();
        let cell = CELLS[self.dice.roll(CELLS.len())].number;
        let book = |cell| Asked::Book {
            cell,
            key: format!("{}-{number}", self.name),
            phone: format!("+7 900 {number:03} {}", self.name.replace('-', " ")),
        };
        if number < RUSH_CALLS {
            let patients = u64::from(PATIENTS.end - PATIENTS.start);
            let one = (self.crowd.seed + number as u64) % patients;
            return (PATIENTS.start + u32::try_from(one).unwrap(), book(cell));
        }
        if let Some((holder, held, hold)) = self.hold.take() {
            match self.dice.roll(3) {
                0 => return (holder, Asked::GiveBack { hold }),
                1 => return (holder, book(held)),
                _ => {}
            }
        }
        let sides = self.dice.roll(100);
        if sides < 40 {
            return (patient, book(cell));
        }
        if (40..50).contains(&sides) && !self.presses.is_empty() {
            return self.presses[self.dice.roll(self.presses.len())].clone();
        }
        if (50..62).contains(&sides) && !self.at_desk {
            return (patient, Asked::Hold { cell });
        }
        let known = self.crowd.tickets.lock().unwrap();
        let among = known.len().clamp(1, NEWEST);
        let drawn = known.len().saturating_sub(among) + self.dice.roll(among);
        let ticket = known.get(drawn).cloned();
        drop(known);
        match (ticket, sides) {
            (Some((owner, ticket)), 50..82) if self.moves => (owner, Asked::Move { ticket, to: cell }),
            (Some((owner, ticket)), 50..82) => (owner, Asked::Cancel { ticket }),
            (Some((owner, ticket)), 82..88) => (owner, Asked::Arrive { ticket }),
            _ => (patient, Asked::Read),
        }
    }

    /// Asks, and records.
    fn ask(&mut self, patient: u32, asked: Asked) -> Call {
        let begin = self.crowd.since.elapsed();
        let answer = if self.at_desk {
            self.ask_at_desk(patient, &asked)
        } else {
            self.ask_at_terminal(patient, &asked)
        };
        let came = answer.map_or(Came::Unknown, |answer| came(&asked, &answer));
        let call = Call {
            begin,
            end: self.crowd.since.elapsed(),
            patient,
            at_desk: self.at_desk,
            asked,
            came,
        };
        if let Some(ticket) = call.booked() {
            self.crowd
                .tickets
                .lock()
                .unwrap()
                .push((patient, ticket.to_owned()));
        }
        self.presses.extend(press(&call));
        if let (Asked::Hold { cell }, Came::Hold(hold)) = (&call.asked, &call.came) {
            self.hold = Some((patient, *cell, hold.clone()));
        }
        call
    }

    fn ask_at_terminal(&mut self, patient: u32, asked: &Asked) -> io::Result<Answer> {
        let visit = format!("/api/v2/visit/{}", guid(LPU));
        let mut key = String::new();
        let (method, target) = match asked {
            Asked::Book {
                cell,
                key: own,
                phone,
            } => {
                key = format!("Idempotency-Key: {own}\r\n");
                let phone = phone.replace('+', "%2B").replace(' ', "%20");
                ("POST", format!("{visit}?timeTable={}&phone={phone}", guid(*cell)))
            }
            Asked::Cancel { ticket } => ("DELETE", format!("{visit}/{ticket}")),
            Asked::Arrive { ticket } => ("POST", format!("{visit}/{ticket}/checkin")),
            Asked::Hold { cell } => ("POST", format!("{visit}/hold?timeTable={}", guid(*cell))),
            Asked::GiveBack { hold } => ("DELETE", format!("{visit}/hold/{hold}")),
            Asked::Read | Asked::Move { .. } => ("GET", visit),
        };
        let fields = format!("Authorization: Bearer {}\r\n{key}", self.crowd.tokens[&patient]);
        self.send(method, &target, &fields, "")
    }

    fn ask_at_desk(&mut self, patient: u32, asked: &Asked) -> io::Result<Answer> {
        let card = format!("/desk/api/patients/{}", guid(patient));
        let (target, body) = match asked {
            Asked::Book { cell, key, phone } => (
                format!("{card}/visits"),
                json!({"timeTable": guid(*cell), "phone": phone, "idempotencyKey": key}),
            ),
            Asked::Cancel { ticket } => (
                format!("/desk/api/visits/{ticket}/cancel"),
                json!({"reason": "просьба пациента"}),
            ),
            Asked::Arrive { ticket } => (format!("/desk/api/visits/{ticket}/checkin"), json!({})),
            Asked::Move { ticket, to } => (
                format!("/desk/api/visits/{ticket}/move"),
                json!({"timeTable": guid(*to)}),
            ),
            Asked::Hold { .. } | Asked::GiveBack { .. } | Asked::Read => (card, Value::Null),
        };
        let fields = format!(
            "Cookie: {}\r\nOrigin: http://{}\r\n",
            self.crowd.cookie, self.crowd.address
        );
        match body {
            Value::Null => self.send("GET", &target, &fields, ""),
            body => {
                let fields = format!("{fields}Content-Type: application/json\r\n");
                self.send("POST", &target, &fields, &body.to_string())
            }
        }
    }

    fn send(&mut self, method: &str, target: &str, fields: &str, body: &str) -> io::Result<Answer> {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{fields}\r\n{body}",
            self.crowd.address,
            body.len()
        );
        self.client.send(request.as_bytes())?;
        self.client.read(false)
    }
}

/// Returns what an answer says.
fn came(asked: &Asked, answer: &Answer) -> Came {
    if answer.status != 200 {
        let code = answer.json()["message_code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        return Came::Refused(answer.status, code);
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cell = |ticket: &Value| number_of(ticket["timeTableGuid"].as_str().unwrap());
    match asked {
        Asked::Book { .. } => {
            let ticket = answer.json();
            Came::Ticket {
                guid: text(&ticket["ticketGuid"]),
                cell: cell(&ticket),
                num: ticket["num"].as_str().unwrap().parse().unwrap(),
            }
        }
        Asked::Hold { .. } => Came::Hold(text(&answer.json()["hold"])),
        Asked::Read => {
            let answer = answer.json();
            // A card at the reception shows cancelled visits too.
            let visits = answer
                .as_array()
                .unwrap_or_else(|| answer["visits"].as_array().unwrap());
            let active = visits.iter().filter(|visit| visit["cancelled"] != true);
            Came::List(
                active
                    .map(|visit| (text(&visit["ticketGuid"]), cell(visit)))
                    .collect(),
            )
        }
        _ => Came::Done,
    }
}
