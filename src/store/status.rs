//! What the status page shows ([crate::contract::desk]): bookings by day, from the visits themselves, refusals by day, and the state of
//! the exchange.

use super::{Fault, Store, WriteTx};
use crate::exchange::site::Mode;
use crate::model::{ExchangeState, Moment, RefusalCount, RegionState};
use chrono::NaiveDate;
use rusqlite::named_params;
use std::collections::BTreeMap;

/// Visits that are read at once.
const PAGE_VISITS: u32 = 1_024;

/// Most visits that are counted: what ten large clinics book in a month.
const COUNTED_MAX: usize = 200_000;

/// Most refusals that are listed: more codes and days than there are.
const REFUSALS_MAX: u32 = 10_000;

impl Store {
    /// Returns how many visits were made on each day, of those made at `since` or later with a row after `after`; and the last
    /// row. Rows are in the order of making, but for the clock's jumps. The newest [`COUNTED_MAX`] count.
    pub(crate) fn bookings_by_day(
        &self,
        since: Moment,
        after: i64,
    ) -> Result<(BTreeMap<NaiveDate, u64>, i64), Fault> {
        let mut by_day = BTreeMap::new();
        let (mut last, mut before, mut counted) = (after, i64::MAX, 0);
        loop {
            let page = self.visits_made(after, before)?;
            counted += page.len();
            for (_, at) in page.iter().filter(|(_, at)| *at >= since.timestamp()) {
                *by_day.entry(self.zone.at(*at).date_naive()).or_default() += 1;
            }
            let (Some((first, _)), Some((end, oldest))) = (page.first(), page.last()) else {
                break;
            };
            last = last.max(*first);
            before = *end;
            if *oldest < since.timestamp() || counted >= COUNTED_MAX {
                break;
            }
        }
        Ok((by_day, last))
    }

    /// Returns rows and moments of visits, the last first.
    fn visits_made(&self, after: i64, before: i64) -> Result<Vec<(i64, i64)>, Fault> {
        self.all(
            "visit",
            "SELECT id, made_at FROM visit WHERE id > :after AND id < :before ORDER BY id DESC LIMIT :limit",
            named_params! { ":after": after, ":before": before, ":limit": PAGE_VISITS },
            |row| Ok((row.get("id")?, row.get("made_at")?)),
        )
    }

    /// Returns how the exchange stands; `None` where there has never been one.
    pub(crate) fn region_state(&self) -> Result<Option<RegionState>, Fault> {
        if !self.is_in_region()? {
            return Ok(None);
        }
        let tip = self.tip()?;
        let word = Mode::WORDS.iter().find(|(_, mode)| *mode == tip.mode);
        Ok(Some(RegionState {
            mode: word.map_or("", |(word, _)| word),
            last: tip.seq.cast_unsigned(),
            received: self.memory()?.received,
            applied: self.applied()?.seq,
            issues: self.open_issues()?,
        }))
    }

    /// Returns what of the exchange may need somebody.
    pub(crate) fn exchange_state(&self) -> Result<ExchangeState, Fault> {
        let issues = self.open_issues()?;
        if !self.is_in_region()? {
            return Ok(ExchangeState {
                issues,
                ..ExchangeState::default()
            });
        }
        let (memory, tip) = (self.memory()?, self.tip()?);
        let last = tip.seq.cast_unsigned();
        let waiting = self.first_after(tip.life, memory.received.unwrap_or_default())?;
        let not_safe = self.first_after(tip.life, memory.safe)?;
        Ok(ExchangeState {
            issues,
            waiting: waiting.map(|(seq, at)| (last + 1 - seq, at)),
            unsafe_since: not_safe.map(|(_, at)| at),
        })
    }

    /// Returns number and moment of the first record of a life after another one.
    fn first_after(&self, life: i64, seq: u64) -> Result<Option<(u64, Moment)>, Fault> {
        self.optional(
            "journal",
            include_str!("status/first_after.sql"),
            named_params! { ":life": life, ":seq": seq.cast_signed() },
            |row| Ok((row.get::<_, i64>("seq")?.cast_unsigned(), self.moment(row, "at")?)),
        )
    }

    /// Returns how often each refusal was answered on each day from `since` on, by day and code.
    pub(crate) fn refusals_since(&self, since: NaiveDate) -> Result<Vec<RefusalCount>, Fault> {
        self.all(
            "refusal_count",
            "SELECT day, code, count FROM refusal_count WHERE day >= :since ORDER BY day, code LIMIT :limit",
            named_params! { ":since": since, ":limit": REFUSALS_MAX },
            |row| {
                Ok(RefusalCount {
                    date: row.get("day")?,
                    code: row.get("code")?,
                    count: row.get::<_, i64>("count")?.unsigned_abs(),
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Adds refusals of a day, by their codes, and forgets those of days before `since`.
    pub(crate) fn add_refusals(
        &self,
        day: NaiveDate,
        refusals: &[(u16, u64)],
        since: NaiveDate,
    ) -> Result<(), Fault> {
        for (code, count) in refusals {
            self.run(
                include_str!("status/add_refusals.sql"),
                named_params! { ":day": day, ":code": code, ":count": i64::try_from(*count).unwrap_or(i64::MAX) },
            )?;
        }
        self.run(
            "DELETE FROM refusal_count WHERE day < :since",
            named_params! { ":since": since },
        )?;
        Ok(())
    }
}
