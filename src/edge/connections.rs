//! Who is connected: bounded in number, in all and for each address, with room kept for this machine itself. When a
//! bound is reached, the connection that has gone longest without a whole request makes room. A trusted proxy brings many
//! clients: the share of one address is not its bound.

use super::proxies::Proxies;
use super::record::RequestId;
use crate::model::network;
use crate::refusal::HttpError;
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Connections from one address, or from one /64 network of IPv6, this machine's own and trusted proxies excepted.
const PER_ADDRESS_MAX: usize = 128;
/// Connections that only this machine may have: the terminal beside the server, or the proxy in front of it.
const KEPT_FOR_LOOPBACK: usize = 256;
/// A connection that waits for a shorter time is not closed to make room: its client is busy with it.
const WAITING_MIN_MS: u64 = 20;
/// How long a newcomer waits until the one that was closed for it has left.
const ROOM_WAIT_MAX: Duration = Duration::from_millis(500);
/// How often it is looked for meanwhile.
const ROOM_LOOK: Duration = Duration::from_millis(5);
/// Seconds after which a client that found no room may try again.
const RETRY_SECONDS: u32 = 5;

/// [`Connection::waiting_since`]: the engine works for it.
const SERVED: u64 = u64::MAX;
/// [`Connection::waiting_since`]: it was closed to make room.
const CLOSED: u64 = u64::MAX - 1;

/// All connections.
#[derive(Debug)]
pub struct Connections {
    max: usize,
    proxies: Proxies,
    began: Instant,
    /// The same in seconds since 1970, as far as the clock knew.
    opened: u64,
    stopping: AtomicBool,
    present: Mutex<Present>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Present {
    connections: HashMap<u64, Arc<Connection>>,
    admitted: u64,
}

/// One connection.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    peer: IpAddr,
    /// Milliseconds since the gate opened, when it connected or last got its answer; or [`SERVED`], or [`CLOSED`].
    waiting_since: AtomicU64,
}

/// A connection's place among all; dropped, it is free again.
#[derive(Debug)]
pub struct Place {
    connections: Arc<Connections>,
    number: u64,
    connection: Arc<Connection>,
}

impl Connections {
    /// None yet; at most `max`.
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

    /// Gives a new connection its place, closing another one if need be.
    ///
    /// # Errors
    /// The connection and what to tell it: 429 if its address holds too many, 503 if all together are too many, and
    /// none of them goes in time.
    pub fn admit(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<Place, (TcpStream, HttpError)> {
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
        let patience_ms = WAITING_MIN_MS;
        if !local && !self.make_room(remote_max, patience_ms, remote)
            || !self.make_room(self.max, patience_ms, |_| true)
        {
            return Err((stream, full));
        }
        let connection = Arc::new(Connection {
            stream,
            peer,
            waiting_since: AtomicU64::new(self.now_ms()),
        });
        let mut present = self.locked();
        present.admitted += 1;
        let number = present.admitted;
        present.connections.insert(number, connection.clone());
        Ok(Place {
            connections: self.clone(),
            number,
            connection,
        })
    }

    /// Closes the connection that waits longest, for however short a time; for a shortage of descriptors or threads.
    pub fn close_longest_waiting(&self) {
        self.close_one(&self.locked(), 0, |_| true);
    }

    /// Lets nobody wait any more: what has come whole is answered, then the connections end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for connection in self.locked().connections.values() {
            // What the system has received already can still be read.
            let _ = connection.stream.shutdown(Shutdown::Read);
        }
    }

    /// Waits until the last one has gone; whether that was in time.
    pub fn wait_until_empty(&self, patience: Duration) -> bool {
        let present = self.locked();
        let some = |present: &mut Present| !present.connections.is_empty();
        let waited = self
            .left
            .wait_timeout_while(present, patience, some)
            .expect(UNPOISONED);
        !waited.1.timed_out()
    }

    /// Sees to it that fewer than `max` of `group` are there; whether that came about. All who come to the door meanwhile
    /// wait with the newcomer: so it waits for one that has been closed and is about to leave, but only for so many
    /// milliseconds until one can be closed.
    fn make_room(&self, max: usize, patience_ms: u64, group: impl Fn(&Connection) -> bool) -> bool {
        let began = Instant::now();
        let patience = Duration::from_millis(patience_ms);
        let mut present = self.locked();
        loop {
            let members = || present.connections.values().filter(|other| group(other));
            let count = members().count();
            if count < max {
                return true;
            }
            let stay = count - members().filter(|other| other.is_closed()).count();
            let leaves = stay < max || self.close_one(&present, WAITING_MIN_MS, &group);
            if began.elapsed() > if leaves { ROOM_WAIT_MAX } else { patience } {
                return false;
            }
            present = self.left.wait_timeout(present, ROOM_LOOK).expect(UNPOISONED).0;
        }
    }

    /// Closes the one of `group` that waits longest, if it has waited for so long; whether it did.
    fn close_one(&self, present: &Present, waiting_min_ms: u64, group: impl Fn(&Connection) -> bool) -> bool {
        let group = present.connections.values().filter(|other| group(other));
        let with_since = group.map(|other| (other.waiting_since.load(Ordering::Acquire), other));
        let waiting = with_since.filter(|(since, _)| *since < CLOSED);
        let longest = waiting.min_by_key(|(since, _)| *since);
        longest
            .is_some_and(|(since, longest)| since + waiting_min_ms <= self.now_ms() && longest.close(since))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).expect("no server runs for so long")
    }

    fn locked(&self) -> MutexGuard<'_, Present> {
        self.present.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing under this lock panics";

impl Connection {
    /// Closes it if it still waits since then; whether it did.
    fn close(&self, since: u64) -> bool {
        let swapped = self
            .waiting_since
            .compare_exchange(since, CLOSED, Ordering::AcqRel, Ordering::Acquire);
        if swapped.is_ok() {
            let _ = self.stream.shutdown(Shutdown::Both);
        }
        swapped.is_ok()
    }

    /// Whether it was closed to make room, and has not left yet.
    fn is_closed(&self) -> bool {
        self.waiting_since.load(Ordering::Acquire) == CLOSED
    }
}

impl Place {
    /// The connection itself.
    pub fn stream(&self) -> &TcpStream {
        &self.connection.stream
    }

    /// The address at the other end: the client's, or a proxy's.
    pub fn peer(&self) -> IpAddr {
        self.connection.peer
    }

    /// The number of a request on this connection.
    pub fn request_id(&self, request: u64) -> RequestId {
        RequestId {
            opened: self.connections.opened,
            connection: self.number,
            request,
        }
    }

    /// Whether connections are to end after the answer they are waiting for.
    pub fn stopping(&self) -> bool {
        self.connections.stopping.load(Ordering::Acquire)
    }

    /// From now on the engine works for this connection, and it is not closed to make room; false if it has been.
    pub fn begin(&self) -> bool {
        let since = &self.connection.waiting_since;
        let served = |state| (state != CLOSED).then_some(SERVED);
        since
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, served)
            .is_ok()
    }

    /// The engine has answered: the connection waits for its client again.
    pub fn end(&self) {
        let now = self.connections.now_ms();
        self.connection.waiting_since.store(now, Ordering::Release);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.locked().connections.remove(&self.number);
        self.connections.left.notify_all();
    }
}

#[cfg(test)]
mod tests;
