//! The terminals' own state ([crate::contract::terminal]): what their helpers say of the printers, each for the terminal at whose
//! address it runs. It lies in memory alone. A helper that falls silent is forgotten.

use super::Engine;
use crate::health::Problem;
use crate::model::PrinterState;
use crate::refusal::HttpError;
use crate::wire::message::{Answer, Request};
use crate::wire::terminal::{TerminalShown, printer_state};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

/// For how long a helper's word counts. The helper speaks several times as often.
const WORD_HOLDS: Duration = Duration::from_mins(3);

/// What is known of the printers: one state for each address of `kiosk_addresses`, which bound their number.
#[derive(Debug, Default)]
pub struct Terminals {
    printers: BTreeMap<IpAddr, (Instant, PrinterState)>,
}

impl Terminals {
    fn tell(&mut self, terminal: IpAddr, state: PrinterState, at: Instant) {
        self.printers.insert(terminal, (at, state));
    }

    fn printer(&self, terminal: IpAddr) -> Option<PrinterState> {
        self.printers()
            .find(|(at, _)| *at == terminal)
            .map(|(_, state)| state)
    }

    /// Returns the printers of which something is known, by address.
    pub fn printers(&self) -> impl Iterator<Item = (IpAddr, PrinterState)> {
        let known = self
            .printers
            .iter()
            .filter(|(_, (told, _))| told.elapsed() < WORD_HOLDS);
        known.map(|(terminal, (_, state))| (*terminal, *state))
    }

    /// Returns what somebody should do at the terminals.
    pub fn problems(&self) -> Vec<Problem> {
        let printers = self.printers();
        printers
            .filter(|(_, state)| *state != PrinterState::Ready)
            .map(|(terminal, state)| Problem::Printer(terminal, state))
            .collect()
    }
}

impl Engine {
    /// Takes a helper's word. It costs no commit.
    pub(super) fn tell_printer(&self, request: &Request) -> Answer {
        let terminal = terminal(request);
        if !self
            .settings
            .kiosk_addresses
            .contains(&request.client.to_canonical())
        {
            return Answer::from(HttpError::NotTerminal);
        }
        match printer_state(request) {
            Ok(state) => {
                self.terminals.borrow_mut().tell(terminal, state, Instant::now());
                self.terminal(request)
            }
            Err(refusal) => Answer::from(&refusal),
        }
    }

    /// Tells a terminal about itself. Who asks from elsewhere is told of no printer.
    pub(super) fn terminal(&self, request: &Request) -> Answer {
        let printer = self.terminals.borrow().printer(terminal(request));
        Answer::json(&TerminalShown::new(printer, &self.settings.reception_place))
    }
}

/// Returns the address that stands for the terminal: browser and helper on the server's own machine may come by either loopback.
fn terminal(request: &Request) -> IpAddr {
    let address = request.client.to_canonical();
    if address.is_loopback() {
        Ipv4Addr::LOCALHOST.into()
    } else {
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a helper that fell silent says "no paper" no longer. Method: words of three minutes ago and of somewhat less.
    #[test]
    fn a_word_is_forgotten_after_three_minutes() {
        let terminal = |n| IpAddr::from([192, 0, 2, n]);
        let Some(start) = Instant::now().checked_sub(WORD_HOLDS) else {
            return;
        };
        let mut terminals = Terminals::default();
        terminals.tell(terminal(1), PrinterState::NoPaper, start);
        terminals.tell(terminal(2), PrinterState::NoPaper, start + Duration::from_mins(1));
        assert_eq!(terminals.printer(terminal(1)), None);
        assert_eq!(terminals.printer(terminal(2)), Some(PrinterState::NoPaper));
        assert_eq!(
            terminals.problems(),
            [Problem::Printer(terminal(2), PrinterState::NoPaper)]
        );
    }
}
