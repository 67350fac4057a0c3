//! What the engine does when something of ours fails.

use super::ready::Readiness;
use super::{Engine, RETRY_SECONDS};
use crate::refusal::{HttpError, Trouble};
use crate::store::Fault;
use crate::wire::message::Answer;

impl Engine {
    /// Whether the fault is that the files are not those that were opened. The first time, it is told, and they are left.
    pub(super) fn leaves(&mut self, fault: &Fault) -> bool {
        if fault.trouble() != Trouble::Replaced {
            return false;
        }
        if !self.lost {
            self.lost = true;
            self.readiness = Readiness::default();
            log::error!("nothing is booked or shown until the server is started anew: {fault}");
            self.store.leave_files();
        }
        true
    }

    /// The answer where something of ours failed.
    pub(super) fn failed(&mut self, fault: &Fault) -> Answer {
        if matches!(fault, Fault::Damaged(_)) {
            self.damaged = true;
            self.readiness = Readiness::default();
        }
        Answer::from(if fault.is_unavailable() {
            HttpError::Unavailable(RETRY_SECONDS)
        } else {
            HttpError::Fault
        })
    }

    /// The answer to a request that only reads where something of ours failed.
    pub(super) fn unread(&mut self, fault: &Fault) -> Answer {
        if !self.leaves(fault) {
            log::error!("a request was not answered: {fault}");
        }
        self.failed(fault)
    }

    /// A commit whose flush failed may lie whole in the log all the same, and a crash would bring back what was answered
    /// with 503. The next commit that succeeds is written over it: so one is made, as soon as the disk takes it.
    pub(super) fn settle(&mut self) {
        if self.unsettled && self.store.commit_as_is().is_ok() {
            self.unsettled = false;
            log::info!("what a failed commit left in the log is written over");
        }
    }
}
