//! Where the database is, and connections to it.

use super::fault::Fault;
use super::tls;
use crate::command::Failure;
use postgres::types::ToSql;
use postgres::{Client, Config, IsolationLevel, NoTls, Row, Statement, Transaction};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The variables that name the database, if the command line does not.
const URL_VARIABLE: &str = "INFOMAT_CENTRE_DATABASE";
const FILE_VARIABLE: &str = "INFOMAT_CENTRE_DATABASE_FILE";
const FILE_DEFAULT: &str = "/etc/infomat-centre/database.url";

/// How long a connection may take to open, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the peer may be silent below a statement: then the machine is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How long an idle session may take to show that it is alive.
const ALIVE_WITHIN: Duration = Duration::from_secs(2);

/// What each session bounds: no request waits for ever, and no lock is held by a program that hangs. And plans that do not look at
/// the box: PostgreSQL takes one that its statistics do not know yet for one without rows, and reads all of them over and over.
const SESSION: &str = "SET statement_timeout = '60s'; SET lock_timeout = '20s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET plan_cache_mode = force_generic_plan";

/// The address of the database.
pub struct Database {
    config: Config,
    /// `None`: the connection is not encrypted.
    tls: Option<MakeRustlsConnect>,
}

impl Database {
    /// Returns the database of the command line, or of the environment.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`]: none is named, or the URL is none. Its text holds nothing of the URL.
    pub fn named(typed: Option<&str>) -> Result<Database, Failure> {
        let url = match typed {
            Some(url) => url.to_owned(),
            None => of_environment()?,
        };
        let wrong = |what: &str| {
            Failure::Misconfigured(format!(
                "--database or {URL_VARIABLE}: {what}; right would be postgresql://USER:PASSWORD@HOST/DATABASE"
            ))
        };
        if !["postgresql://", "postgres://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(wrong("it is not a URL of PostgreSQL"));
        }
        let (url, asked) = tls::part(&url)?;
        // The error would quote the URL, which has a password in it.
        let mut config: Config = url.parse().map_err(|_| wrong("it cannot be read"))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_MAX);
        }
        if config.get_application_name().is_none() {
            config.application_name("infomat-centre");
        }
        let tls = asked.connector(&mut config)?;
        Ok(Database { config, tls })
    }

    /// Opens a connection.
    pub fn connect(&self) -> Result<Connection, Fault> {
        let mut client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone())?,
            None => self.config.connect(NoTls)?,
        };
        client.batch_execute(SESSION)?;
        Ok(Connection {
            client,
            statements: HashMap::new(),
        })
    }
}

/// Returns the URL of the environment.
fn of_environment() -> Result<String, Failure> {
    if let Some(url) = std::env::var_os(URL_VARIABLE).filter(|url| !url.is_empty()) {
        let not_text = |_| Failure::Misconfigured(format!("{URL_VARIABLE} is not UTF-8"));
        return url.into_string().map_err(not_text);
    }
    let named = std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty());
    let file = named.map_or_else(|| FILE_DEFAULT.into(), PathBuf::from);
    let none_is_named = || {
        Failure::Misconfigured(format!(
            "no database is named: --database URL, {URL_VARIABLE}, {FILE_VARIABLE} or {FILE_DEFAULT} names it"
        ))
    };
    match std::fs::read_to_string(&file) {
        Ok(read) => match read.lines().next().map(str::trim) {
            None | Some("") => Err(none_is_named()),
            Some(url) => Ok(url.to_owned()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound && file == Path::new(FILE_DEFAULT) => {
            Err(none_is_named())
        }
        Err(error) => Err(Failure::Misconfigured(format!("{}: {error}", file.display()))),
    }
}

/// One session.
pub struct Connection {
    client: Client,
    /// Each statement is parsed once by the server.
    statements: HashMap<&'static str, Statement>,
}

impl Connection {
    /// Returns whether the session still answers.
    pub fn is_alive(&mut self) -> bool {
        !self.client.is_closed() && self.client.is_valid(ALIVE_WITHIN).is_ok()
    }

    /// Begins a transaction. Each of its statements sees what others have committed before it (READ COMMITTED): what a box has
    /// is read behind the lock of its row.
    pub fn begin(&mut self) -> Result<Tx<'_>, Fault> {
        let transaction = self.client.transaction()?;
        Ok(Tx {
            transaction,
            statements: &mut self.statements,
        })
    }

    /// Begins a transaction that only reads, and in which all statements see one moment.
    pub fn begin_snapshot(&mut self) -> Result<Tx<'_>, Fault> {
        let builder = self.client.build_transaction();
        let transaction = builder
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()?;
        Ok(Tx {
            transaction,
            statements: &mut self.statements,
        })
    }

    /// Runs a statement in a transaction of its own.
    pub fn query(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Fault> {
        let tx = self.client.transaction()?;
        let mut tx = Tx {
            transaction: tx,
            statements: &mut self.statements,
        };
        let rows = tx.query(sql, values)?;
        tx.commit()?;
        Ok(rows)
    }
}

/// A transaction. Dropped without [`Tx::commit`], it is undone.
pub struct Tx<'a> {
    transaction: Transaction<'a>,
    statements: &'a mut HashMap<&'static str, Statement>,
}

impl Tx<'_> {
    /// Runs a statement, and returns its rows.
    pub fn query(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Fault> {
        if !self.statements.contains_key(sql) {
            let statement = self.transaction.prepare(sql)?;
            self.statements.insert(sql, statement);
        }
        Ok(self.transaction.query(&self.statements[sql], values)?)
    }

    /// Runs a statement that returns at most one row.
    pub fn find(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>, Fault> {
        Ok(self.query(sql, values)?.pop())
    }

    /// Runs a statement, and returns how many rows it changed.
    pub fn change(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, Fault> {
        if !self.statements.contains_key(sql) {
            let statement = self.transaction.prepare(sql)?;
            self.statements.insert(sql, statement);
        }
        Ok(self.transaction.execute(&self.statements[sql], values)?)
    }

    /// Runs several statements without values.
    pub fn run_script(&mut self, sql: &str) -> Result<(), Fault> {
        Ok(self.transaction.batch_execute(sql)?)
    }

    /// Makes all of it last.
    pub fn commit(self) -> Result<(), Fault> {
        Ok(self.transaction.commit()?)
    }
}
