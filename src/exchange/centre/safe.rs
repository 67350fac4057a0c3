//! What the centre's backups hold: a box purges only what they would bring back.

use super::CentreStore;

/// A point in a box's rows, taken before a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Arrivals are numbered by each generation of the centre.
    pub generation: String,
    pub arrival: u64,
}

/// Returns the mark of now: a backup that begins after it holds all rows up to it.
pub fn mark<S: CentreStore>(store: &mut S) -> Result<Mark, S::Error> {
    Ok(Mark {
        generation: store.generation()?,
        arrival: store.account()?.arrivals,
    })
}

/// Notes that every backup that is still kept was begun after a mark. Returns false, and notes nothing, if the mark is of another
/// generation: what it counted may be lost.
pub fn mark_safe<S: CentreStore>(store: &mut S, mark: &Mark) -> Result<bool, S::Error> {
    let mut account = store.account()?;
    if mark.generation != store.generation()? || mark.arrival > account.arrivals {
        return Ok(false);
    }
    if mark.arrival > account.safe {
        account.safe = mark.arrival;
        store.put_account(&account)?;
    }
    Ok(true)
}
