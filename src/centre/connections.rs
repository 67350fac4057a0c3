//! Sessions of the database that the threads of the server share.

use super::database::{Connection, Database};
use super::fault::Fault;
use std::sync::{Mutex, PoisonError};

/// Sessions of the database that wait for a request: as many as there are threads at most.
pub struct Connections {
    database: Database,
    idle: Mutex<Vec<Connection>>,
}

impl Connections {
    pub fn new(database: Database) -> Connections {
        Connections {
            database,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs something on a session that is alive. A session that failed is not used again.
    pub fn with<T>(&self, run: impl FnOnce(&mut Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut connection = self.alive()?;
        let done = run(&mut connection);
        if !matches!(done, Err(Fault::Database(_))) {
            self.idle().push(connection);
        }
        done
    }

    /// A session may have died while it waited, with the server it was on: then another is opened.
    fn alive(&self) -> Result<Connection, Fault> {
        let waiting = self.idle().pop();
        if let Some(mut connection) = waiting {
            if connection.is_alive() {
                return Ok(connection);
            }
            self.idle().clear();
        }
        self.database.connect()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
