//! What the backups of the database hold of each box.

use super::database::Connection;
use super::fault::Fault;
use super::store::Site;
use crate::exchange::centre::{self, Mark};
use uuid::Uuid;

const BOXES: &str = "SELECT box FROM infomat.box ORDER BY box";

const PUT: &str = "INSERT INTO infomat.backup_mark (box, mark, generation, arrival) VALUES ($1, $2, $3, $4)";

const OF_MARK: &str = "SELECT box, generation, arrival FROM infomat.backup_mark WHERE mark = $1 ORDER BY box";

/// Marks of older backups that are kept: who never says one leaves no heap behind.
const FORGET: &str = "DELETE FROM infomat.backup_mark WHERE box = $1 AND made < now() - interval '400 days'";

/// Takes a mark of each box, a transaction a box. Returns its name.
pub fn begin(connection: &mut Connection) -> Result<Uuid, Fault> {
    let name = Uuid::now_v7();
    for row in connection.query(BOXES, &[])? {
        let site: Uuid = row.get(0);
        let Some(mut locked) = Site::lock(connection.begin()?, site)? else {
            continue;
        };
        let mark = centre::mark(&mut locked)?;
        let arrival = i64::try_from(mark.arrival).map_err(|_| Fault::Damaged("arrivals"))?;
        locked.tx().change(FORGET, &[&site])?;
        locked
            .tx()
            .change(PUT, &[&site, &name, &mark.generation, &arrival])?;
        locked.commit()?;
    }
    Ok(name)
}

/// Notes that each backup that is kept was begun after a mark. Returns of how many boxes the mark counts, and of how many it does
/// not.
pub fn finish(connection: &mut Connection, name: Uuid) -> Result<(usize, usize), Fault> {
    let (mut held, mut lost) = (0, 0);
    for row in connection.query(OF_MARK, &[&name])? {
        let Some(mut locked) = Site::lock(connection.begin()?, row.get("box"))? else {
            continue;
        };
        let arrival: i64 = row.get("arrival");
        let mark = Mark {
            generation: row.get("generation"),
            arrival: u64::try_from(arrival).map_err(|_| Fault::Damaged("arrival"))?,
        };
        if centre::mark_safe(&mut locked, &mark)? {
            held += 1;
        } else {
            lost += 1;
        }
        locked.commit()?;
    }
    Ok((held, lost))
}
