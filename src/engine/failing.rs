//! What the engine does after a fault.

use super::ready::Readiness;
use super::{Engine, RETRY_SECONDS};
use crate::refusal::{HttpError, Trouble};
use crate::store::Fault;
use crate::wire::message::Answer;

impl Engine {
    /// Leaves the files alone if the fault says that they were replaced; whether so. The first such fault is logged.
    pub(super) fn abandon_replaced_files(&mut self, fault: &Fault) -> bool {
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

    /// Returns the answer after a fault.
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

    /// Returns the answer to a request that only reads, after a fault, and logs the fault.
    pub(super) fn failed_read(&mut self, fault: &Fault) -> Answer {
        if !self.abandon_replaced_files(fault) {
            log::error!("a request was not answered: {fault}");
        }
        self.failed(fault)
    }

    /// Overwrites a commit whose flush failed, as soon as the disk takes a commit. Such a commit may lie whole in the log all
    /// the same, and a crash would bring back what was answered with 503. The next successful commit is written over it.
    pub(super) fn overwrite_failed_commit(&mut self) {
        if self.has_failed_commit && self.store.commit_as_is().is_ok() {
            self.has_failed_commit = false;
            log::info!("what a failed commit left in the log is written over");
        }
    }
}
