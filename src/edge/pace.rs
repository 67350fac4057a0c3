//! The bound on log lines of one client: endless requests must not fill the log. A successful change always has its line:
//! changes have bounds of their own.

use crate::model::network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Lines for one client in a second: more than a terminal's page requests at once.
const LINES_MAX: u32 = 100;
/// Lines for all clients in a second.
const ALL_LINES_MAX: u32 = 2_000;
/// Clients counted one by one. All others count together.
const CLIENTS_MAX: usize = 1_024;
/// The period of a count.
const SPAN: Duration = Duration::from_secs(1);

/// Lines of the current second.
#[derive(Debug)]
pub struct Pace {
    since: Instant,
    /// Requests by client. None stands for the clients beyond [`CLIENTS_MAX`].
    asked: HashMap<Option<IpAddr>, u32>,
    written: u32,
    left_out: u64,
}

/// The log lines due after one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub line: bool,
    /// Lines left out in the second that has just ended, if any.
    pub left_out: Option<u64>,
}

impl Pace {
    pub fn new(now: Instant) -> Pace {
        Pace {
            since: now,
            asked: HashMap::new(),
            written: 0,
            left_out: 0,
        }
    }

    pub fn count(&mut self, client: IpAddr, now: Instant) -> Verdict {
        let mut left_out = None;
        if now.duration_since(self.since) >= SPAN {
            left_out = Some(self.left_out).filter(|count| *count > 0);
            self.asked.clear();
            (self.since, self.written, self.left_out) = (now, 0, 0);
        }
        let client = Some(network(client));
        let is_known = self.asked.len() < CLIENTS_MAX || self.asked.contains_key(&client);
        let asked = self.asked.entry(client.filter(|_| is_known)).or_default();
        *asked += 1;
        let line = *asked <= LINES_MAX && self.written < ALL_LINES_MAX;
        if line {
            self.written += 1;
        } else {
            self.left_out += 1;
        }
        Verdict { line, left_out }
    }

    /// Returns the lines left out and not yet logged.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn lines(pace: &mut Pace, client: impl Into<IpAddr>, requests: u32, now: Instant) -> u32 {
        let client = client.into();
        (0..requests)
            .map(|_| u32::from(pace.count(client, now).line))
            .sum()
    }

    /// Goal: one client has so many lines in a second whatever it sends, another its own; what was left out is told once.
    #[test]
    fn a_client_brings_about_so_many_lines_a_second() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        let [one, other] = [1, 2].map(|last| IpAddr::from(Ipv4Addr::new(192, 0, 2, last)));
        assert_eq!(lines(&mut pace, one, 10_000, began), LINES_MAX);
        assert_eq!(lines(&mut pace, other, 5, began), 5);
        let next = began + SPAN;
        let left_out = Some(u64::from(10_000 - LINES_MAX));
        assert_eq!(pace.count(one, next), Verdict { line: true, left_out });
        let left_out = None;
        assert_eq!(pace.count(one, next + SPAN), Verdict { line: true, left_out });
    }

    /// Goal: neither many addresses nor a network of IPv6 write more, and what is kept of them is bounded.
    #[test]
    fn many_clients_have_a_bound_together() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        let network = |host: u128| Ipv6Addr::from_bits(0x2001_0db8 << 96 | host);
        let of_one: u32 = (0..1_000)
            .map(|host| lines(&mut pace, network(host), 1, now))
            .sum();
        assert_eq!(of_one, LINES_MAX);
        let of_many: u32 = (1..100_000)
            .map(|net| lines(&mut pace, network(net << 64), 1, now))
            .sum();
        assert_eq!(of_many, u32::try_from(CLIENTS_MAX).unwrap() - 1 + LINES_MAX);
        assert_eq!(pace.asked.len(), CLIENTS_MAX + 1);
        let of_all: u32 = (1..100_000)
            .map(|net| lines(&mut pace, network(net << 64), 100, now))
            .sum();
        assert_eq!(of_one + of_many + of_all, ALL_LINES_MAX);
    }
}
