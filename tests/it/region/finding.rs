//! What the checks look at, the faults that are planted, and which check has to see each.

/// What a world is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// With a good network, everything is said after a while.
    Settles,
    /// Both sides know the same visits in the same state.
    Agrees,
    /// A booking that was answered is there.
    BookingLasts,
    /// A cancellation that was answered is not undone.
    CancellationLasts,
    /// A cell has no more visits than places.
    PlacesHold,
    /// A cell that has more by one of the exceptions is listed, visit by visit.
    IsListed,
    /// The box and the centre never book the same cell.
    OneOwner,
    /// A database that is not the clinic's stops when it has heard of the centre.
    OneServes,
    /// The numbers of the messages behind a box go up.
    AppliedOnce,
    /// A repeated exchange changes no row.
    Repeats,
    /// What a box was told to be safe is in every backup of the centre.
    SafeIsKept,
    /// The box's file is right: chain, visits and numbers.
    IsProved,
}

/// A check that failed.
pub struct Finding {
    pub check: Check,
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{:?}: {}", self.check, self.what)
    }
}

/// Fails a check unless it holds.
pub fn hold(check: Check, holds: bool, what: impl FnOnce() -> String) -> Result<(), Finding> {
    if holds {
        Ok(())
    } else {
        Err(Finding { check, what: what() })
    }
}

/// A fault that is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A cell is lent to the box, and the centre takes it back when its time has come.
    LeaseByClock,
    /// A booking is answered before it is committed.
    AnsweredBeforeCommit,
    /// A new life goes on with the cursors of the database that was put back.
    CursorKept,
    /// The centre tells every life to serve.
    LivesNotCompared,
    /// A message takes effect each time it comes.
    MessageTwice,
    /// A restored centre uses numbers again: both sides look at a message's number alone.
    NumberUsedAgain,
    /// Any answer is believed as if it were to the last request.
    OldAnswerBelieved,
    /// Records of lives that are over move owners.
    EndedLifeMovesOwner,
    /// The lost tail ends with its first page.
    TailCut,
    /// What came after a backup is said to be in it.
    SafeTooEarly,
}

impl Fault {
    /// Each with the checks that have to see it.
    pub const ALL: [(Fault, &'static [Check]); 10] = [
        (Fault::LeaseByClock, &[Check::OneOwner, Check::PlacesHold]),
        (Fault::AnsweredBeforeCommit, &[Check::BookingLasts]),
        (
            Fault::CursorKept,
            &[
                Check::Settles,
                Check::Agrees,
                Check::BookingLasts,
                Check::OneOwner,
            ],
        ),
        (Fault::LivesNotCompared, &[Check::OneServes]),
        (Fault::MessageTwice, &[Check::OneOwner, Check::AppliedOnce]),
        (Fault::NumberUsedAgain, &[Check::Agrees]),
        (Fault::OldAnswerBelieved, &[Check::OneOwner, Check::PlacesHold]),
        (Fault::EndedLifeMovesOwner, &[Check::OneOwner, Check::PlacesHold]),
        (Fault::SafeTooEarly, &[Check::SafeIsKept]),
        (
            Fault::TailCut,
            &[Check::Agrees, Check::OneOwner, Check::PlacesHold],
        ),
    ];
}
