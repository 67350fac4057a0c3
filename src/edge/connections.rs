//! The connections of clients: bounded in number, in all and for each address, with room kept for this machine itself. At a
//! bound the connection that has gone longest without a whole request makes room. A trusted proxy brings many clients: the
//! bound of one address does not hold for it.

use super::proxies::Proxies;
use super::record::RequestId;
use crate::model::network;
use crate::refusal::HttpError;
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Connections from one address, or from one /64 network of IPv6, this machine's own and trusted proxies excepted.
const PER_ADDRESS_MAX: usize = 128;
/// Connections that only this machine may have: the terminal beside the server, or the proxy in front of it.
const KEPT_FOR_LOOPBACK: usize = 256;
/// A connection that has waited for less is not closed to make room: its client is using it.
const WAITING_MIN_MS: u64 = 20;
/// How long a newcomer waits for a closed connection to leave.
const ROOM_WAIT_MAX: Duration = Duration::from_millis(500);
/// Time between two checks for room.
const ROOM_POLL: Duration = Duration::from_millis(5);
/// `Retry-After` without room, in seconds.
const RETRY_SECONDS: u32 = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConnectionState {
    /// The connection waits for its client, since so many milliseconds after the gate opened.
    WaitingSince(u64),
    Served,
    /// The connection was closed to make room.
    Closed,
}

#[derive(Debug)]
pub struct Connections {
    max: usize,
    proxies: Proxies,
    began: Instant,
    /// The same in seconds since 1970, by the clock of that time.
    opened: u64,
    stopping: AtomicBool,
    present: Mutex<Admitted>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Admitted {
    connections: HashMap<u64, Arc<Connection>>,
    admitted: u64,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    peer: IpAddr,
    state: Mutex<ConnectionState>,
}

/// One of the limited slots for connections. Dropping frees the slot.
#[derive(Debug)]
pub struct ConnectionSlot {
    connections: Arc<Connections>,
    number: u64,
    connection: Arc<Connection>,
}

impl Connections {
    /// At most `max` connections; none yet.
    pub fn new(max: usize, proxies: Proxies) -> Arc<Self> {
        Arc::new(Connections {
            max,
            proxies,
            began: Instant::now(),
            opened: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            stopping: AtomicBool::new(false),
            present: Mutex::default(),
            left: Condvar::new(),
        })
    }

    /// Gives a new connection its slot, and closes another one if need be.
    ///
    /// # Errors
    /// The connection and its answer: 429 if its address holds too many, 503 if all together are too many, and none of them
    /// leaves in time.
    pub fn admit(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<ConnectionSlot, (TcpStream, HttpError)> {
        let peer = peer.ip().to_canonical();
        let local = peer.is_loopback();
        let is_proxy = |address| self.proxies.stand_at(address);
        let own = |other: &Connection| network(other.peer) == network(peer) && !is_proxy(other.peer);
        let remote = |other: &Connection| !other.peer.is_loopback();
        let remote_max = self.max.saturating_sub(KEPT_FOR_LOOPBACK);
        let full = HttpError::Unavailable(RETRY_SECONDS);
        let has_a_share = !local && !is_proxy(peer);
        if has_a_share && !self.make_room(PER_ADDRESS_MAX, 0, own) {
            return Err((stream, HttpError::TooMany(RETRY_SECONDS)));
        }
        let timeout_ms = WAITING_MIN_MS;
        if !local && !self.make_room(remote_max, timeout_ms, remote)
            || !self.make_room(self.max, timeout_ms, |_| true)
        {
            return Err((stream, full));
        }
        let connection = Arc::new(Connection {
            stream,
            peer,
            state: Mutex::new(ConnectionState::WaitingSince(self.now_ms())),
        });
        let mut present = self.locked();
        present.admitted += 1;
        let number = present.admitted;
        present.connections.insert(number, connection.clone());
        Ok(ConnectionSlot {
            connections: self.clone(),
            number,
            connection,
        })
    }

    /// Closes the longest waiting connection: for a shortage of descriptors or threads.
    pub fn close_longest_waiting(&self) {
        self.close_one(&self.locked(), 0, |_| true);
    }

    /// Ends all waiting: whole requests are answered, then the connections end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for connection in self.locked().connections.values() {
            // What the system has received already can still be read.
            let _ = connection.stream.shutdown(Shutdown::Read);
        }
    }

    /// Waits until the last connection has gone. Returns whether that was in time.
    pub fn wait_until_empty(&self, timeout: Duration) -> bool {
        let present = self.locked();
        let some = |present: &mut Admitted| !present.connections.is_empty();
        let waited = self
            .left
            .wait_timeout_while(present, timeout, some)
            .expect(UNPOISONED);
        !waited.1.timed_out()
    }

    /// Makes room: fewer than `max` of `group`. Returns whether there is room. All newcomers wait meanwhile: so the wait is
    /// long only for a closed connection that is about to leave, and `timeout_ms` for one that can be closed.
    fn make_room(&self, max: usize, timeout_ms: u64, group: impl Fn(&Connection) -> bool) -> bool {
        let began = Instant::now();
        let timeout = Duration::from_millis(timeout_ms);
        let mut present = self.locked();
        loop {
            let members = || present.connections.values().filter(|other| group(other));
            let count = members().count();
            if count < max {
                return true;
            }
            let stay = count - members().filter(|other| other.is_closed()).count();
            let leaves = stay < max || self.close_one(&present, WAITING_MIN_MS, &group);
            if began.elapsed() > if leaves { ROOM_WAIT_MAX } else { timeout } {
                return false;
            }
            present = self.left.wait_timeout(present, ROOM_POLL).expect(UNPOISONED).0;
        }
    }

    /// Closes the longest waiting one of `group`, if that has waited for `waiting_min_ms`. Returns whether one was closed.
    fn close_one(
        &self,
        present: &Admitted,
        waiting_min_ms: u64,
        group: impl Fn(&Connection) -> bool,
    ) -> bool {
        let group = present.connections.values().filter(|other| group(other));
        let waiting = group.filter_map(|other| match *other.state() {
            ConnectionState::WaitingSince(since) => Some((since, other)),
            ConnectionState::Served | ConnectionState::Closed => None,
        });
        let longest = waiting.min_by_key(|(since, _)| *since);
        longest
            .is_some_and(|(since, longest)| since + waiting_min_ms <= self.now_ms() && longest.close(since))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).expect("no server runs for so long")
    }

    fn locked(&self) -> MutexGuard<'_, Admitted> {
        self.present.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing under this lock panics";

impl Connection {
    fn state(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().expect(UNPOISONED)
    }

    /// Closes the connection if it has waited since then. Returns whether it was closed.
    fn close(&self, since: u64) -> bool {
        let mut state = self.state();
        let waits = *state == ConnectionState::WaitingSince(since);
        if waits {
            *state = ConnectionState::Closed;
            let _ = self.stream.shutdown(Shutdown::Both);
        }
        waits
    }

    /// Whether the connection was closed to make room, and has not left yet.
    fn is_closed(&self) -> bool {
        *self.state() == ConnectionState::Closed
    }
}

impl ConnectionSlot {
    pub fn stream(&self) -> &TcpStream {
        &self.connection.stream
    }

    /// The address at the other end: the client's, or a proxy's.
    pub fn peer(&self) -> IpAddr {
        self.connection.peer
    }

    /// Returns the number of a request on this connection.
    pub fn request_id(&self, request: u64) -> RequestId {
        RequestId {
            opened: self.connections.opened,
            connection: self.number,
            request,
        }
    }

    /// Whether connections are to end after their next answer.
    pub fn stopping(&self) -> bool {
        self.connections.stopping.load(Ordering::Acquire)
    }

    /// Begins a request: the connection is not closed to make room. Returns false if it has been closed already.
    pub fn begin(&self) -> bool {
        let mut state = self.connection.state();
        let is_open = *state != ConnectionState::Closed;
        if is_open {
            *state = ConnectionState::Served;
        }
        is_open
    }

    /// Ends a request: the connection waits for its client again.
    pub fn end(&self) {
        *self.connection.state() = ConnectionState::WaitingSince(self.connections.now_ms());
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.connections.locked().connections.remove(&self.number);
        self.connections.left.notify_all();
    }
}

#[cfg(test)]
mod tests;
