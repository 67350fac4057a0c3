//! One exchange with a box, as a transaction: the rules are [`crate::exchange::centre`].

use super::database::Connection;
use super::fault::Fault;
use super::store::Wanted;
use crate::exchange::centre;
use crate::exchange::wire::{Answer, Request, State};

const NOTE: &str = "UPDATE infomat.box SET last_seen = now(), complete = CASE WHEN $2::bigint = 0 THEN now() ELSE complete END, \
    behind = $2, program = $3, state = $4, reason = $5 WHERE box = $1";

/// Takes a request in and answers it; `None`: there is no such box. Whoever calls has proved that it is from this box.
pub fn exchange(connection: &mut Connection, request: &Request) -> Result<Option<Answer>, Fault> {
    let header = &request.header;
    let Some(mut site) = Wanted::by_request(request).lock(connection, header.site)? else {
        return Ok(None);
    };
    let answer = centre::answer(&mut site, request)?;
    let here = answer
        .received
        .filter(|point| point.incarnation == header.incarnation);
    let behind = header.last_seq.saturating_sub(here.map_or(0, |point| point.seq));
    let state = match answer.state {
        State::Serve => "serve",
        State::ReadOnly => "readOnly",
    };
    let program: String = header.program.chars().filter(|sign| !sign.is_control()).collect();
    let behind = i64::try_from(behind).unwrap_or(i64::MAX);
    site.tx()
        .change(NOTE, &[&header.site, &behind, &program, &state, &answer.reason])?;
    site.commit()?;
    Ok(Some(answer))
}
