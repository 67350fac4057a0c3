use super::*;
use std::io::Read;
use std::net::TcpListener;
use std::thread;

/// A trusted proxy.
const PROXY: &str = "10.0.0.7";

/// Clients with addresses of the test's choice, on real sockets.
struct Street {
    listener: TcpListener,
    connections: Arc<Connections>,
}

impl Street {
    fn new(max: usize) -> Self {
        Street {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            connections: Connections::new(max, Proxies::new(vec![PROXY.parse().unwrap()])),
        }
    }

    /// A client comes to the door; its own end, and what the door says.
    fn comes(&self, address: &str) -> (TcpStream, Result<ConnectionSlot, HttpError>) {
        let client = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
        let (stream, _) = self.listener.accept().unwrap();
        let peer = SocketAddr::new(address.parse().unwrap(), 1);
        let admitted = self.connections.admit(stream, peer);
        (client, admitted.map_err(|(_, http_error)| http_error))
    }

    /// A client comes in and does nothing; it goes when the gate closes its connection.
    fn idles(&self, address: &str) -> TcpStream {
        let (client, slot) = self.comes(address);
        let slot = slot.unwrap();
        thread::spawn(move || slot.stream().read(&mut [0]));
        client
    }

    /// So many clients come in, and the engine works for all of them.
    fn serves(&self, clients: usize, address: &str) -> Vec<(TcpStream, ConnectionSlot)> {
        let served = |_| {
            let (client, slot) = self.comes(address);
            let slot = slot.unwrap();
            assert!(slot.begin());
            (client, slot)
        };
        (0..clients).map(served).collect()
    }

    fn count(&self) -> usize {
        self.connections.locked().connections.len()
    }
}

/// Waits until the gate has closed the connection.
fn is_closed(mut client: &TcpStream) {
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
}

fn is_open(mut client: &TcpStream) {
    client.set_nonblocking(true).unwrap();
    let nothing_yet = client.read(&mut [0]).unwrap_err();
    assert_eq!(nothing_yet.kind(), std::io::ErrorKind::WouldBlock);
}

/// Milliseconds tell who waits longer.
fn a_moment_passes(street: &Street) {
    let before = street.connections.now_ms();
    while street.connections.now_ms() == before {
        thread::yield_now();
    }
}

/// The one that waits longest has waited for long enough to make room.
fn patience_passes(street: &Street) {
    let until = street.connections.now_ms() + WAITING_MIN_MS;
    while street.connections.now_ms() < until {
        thread::yield_now();
    }
}

/// Goal: when all slots are taken, the one that waits longest goes, and never one that the engine works for.
#[test]
fn the_longest_waiting_makes_room() {
    let street = Street::new(3);
    let (_client, served) = street.comes("127.0.0.1");
    let served = served.unwrap();
    assert!(served.begin());
    a_moment_passes(&street);
    let first = street.idles("127.0.0.1");
    a_moment_passes(&street);
    let second = street.idles("127.0.0.1");
    patience_passes(&street);
    let third = street.idles("127.0.0.1");
    is_closed(&first);
    // Its answer is out: it has waited for a shorter time than the others.
    a_moment_passes(&street);
    served.end();
    patience_passes(&street);
    let _fourth = street.idles("127.0.0.1");
    is_closed(&second);
    let _fifth = street.idles("127.0.0.1");
    is_closed(&third);
    assert_eq!(street.count(), 3);
    assert!(served.begin());
}

/// Goal: a connection that was closed to make room hands nothing more to the engine.
#[test]
fn a_closed_connection_begins_nothing() {
    let street = Street::new(1);
    let (client, slot) = street.comes("127.0.0.1");
    let slot = slot.unwrap();
    street.connections.close_longest_waiting();
    is_closed(&client);
    assert!(!slot.begin());
}

/// Goal: where nobody can go, the new client is told so: nothing is promised twice.
#[test]
fn who_is_served_does_not_go() {
    let street = Street::new(1);
    let (client, slot) = street.comes("127.0.0.1");
    assert!(slot.as_ref().unwrap().begin());
    let (_other, refused) = street.comes("127.0.0.1");
    assert_eq!(refused.err(), Some(HttpError::Unavailable(RETRY_SECONDS)));
    is_open(&client);
}

/// Goal: nor does one whose client asks and asks, though it waits for a moment between two answers.
#[test]
fn who_is_busy_does_not_go() {
    let street = Street::new(1);
    let (client, slot) = street.comes("127.0.0.1");
    let slot = slot.unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                assert!(slot.begin(), "a busy connection was closed");
                slot.end();
                thread::yield_now();
            }
        });
        let (_other, refused) = street.comes("127.0.0.1");
        over.store(true, Ordering::Relaxed);
        assert_eq!(refused.err(), Some(HttpError::Unavailable(RETRY_SECONDS)));
    });
    is_open(&client);
}

/// Goal: who cannot be let in is told so at once: everybody else waits behind it at the door. Method: a hundred that come
/// from an address all of whose connections are busy.
#[test]
fn a_refusal_keeps_nobody_waiting() {
    let street = Street::new(PER_ADDRESS_MAX + KEPT_FOR_LOOPBACK + 1);
    let _busy = street.serves(PER_ADDRESS_MAX, "10.0.0.1");
    let refusals = || {
        let began = Instant::now();
        for _ in 0..100 {
            let (_client, refused) = street.comes("10.0.0.1");
            assert_eq!(refused.err(), Some(HttpError::TooMany(RETRY_SECONDS)));
        }
        began.elapsed()
    };
    // The quickest of several rounds: a machine that is busy with other things is not so all the time.
    let quickest = (0..5).map(|_| refusals()).min();
    assert!(quickest < Some(ROOM_WAIT_MAX * 50), "{quickest:?}");
}

/// Goal: one address of the network takes no more than its share, in IPv4 and its IPv6 form alike; when its
/// connections are all served, it is told 429.
#[test]
fn an_address_has_its_share() {
    let street = Street::new(PER_ADDRESS_MAX + KEPT_FOR_LOOPBACK + 1);
    let neighbour = street.idles("10.0.0.2");
    a_moment_passes(&street);
    let first = street.idles("10.0.0.1");
    patience_passes(&street);
    let _own = street.serves(PER_ADDRESS_MAX - 1, "10.0.0.1");
    let _last = street.serves(1, "::ffff:10.0.0.1");
    is_closed(&first);
    let (_client, refused) = street.comes("10.0.0.1");
    assert_eq!(refused.err(), Some(HttpError::TooMany(RETRY_SECONDS)));
    assert_eq!(street.count(), PER_ADDRESS_MAX + 1);
    drop(neighbour);
}

/// Goal: a proxy that brings many clients does not starve at the share of one address, and leaves this machine its room.
#[test]
fn a_trusted_proxy_has_no_share() {
    let street = Street::new(KEPT_FOR_LOOPBACK + PER_ADDRESS_MAX + 2);
    let _served = street.serves(PER_ADDRESS_MAX + 2, PROXY);
    let (_client, refused) = street.comes(PROXY);
    assert_eq!(refused.err(), Some(HttpError::Unavailable(RETRY_SECONDS)));
    let (_own, slot) = street.comes("127.0.0.1");
    assert!(slot.is_ok());
}

/// Goal: however many come from the network, this machine's own clients find room, and are not closed for others.
#[test]
fn room_is_kept_for_this_machine() {
    let street = Street::new(KEPT_FOR_LOOPBACK + 2);
    let own = street.idles("::1");
    a_moment_passes(&street);
    let first = street.idles("10.0.0.1");
    a_moment_passes(&street);
    let _second = street.idles("10.0.0.2");
    patience_passes(&street);
    let _third = street.idles("10.0.0.3");
    is_closed(&first);
    is_open(&own);
    assert_eq!(street.count(), 3);
}

/// Goal: at closing time a client that waits is let go, and the gate knows when the last one has gone.
#[test]
fn closing_time_ends_the_waiting() {
    let street = Street::new(2);
    let client = street.idles("127.0.0.1");
    assert!(!street.connections.wait_until_empty(Duration::from_millis(1)));
    street.connections.stop();
    is_closed(&client);
    assert!(street.connections.wait_until_empty(Duration::from_secs(5)));
}

/// Goal: a network of IPv6 has the share of one address, one that is told in the form of IPv6 is itself, and a proxy's
/// connections are nobody's share. Method: the share is taken up from many addresses of the network.
#[test]
fn a_network_of_ipv6_has_one_share() {
    const NEIGHBOUR: &str = "2001:db8:0:7::7";
    let street = Street {
        connections: Connections::new(
            4 * PER_ADDRESS_MAX + KEPT_FOR_LOOPBACK,
            Proxies::new(vec![NEIGHBOUR.parse().unwrap()]),
        ),
        ..Street::new(1)
    };
    let _proxied = street.serves(PER_ADDRESS_MAX + 1, NEIGHBOUR);
    let served: Vec<_> = (0..PER_ADDRESS_MAX)
        .flat_map(|number| street.serves(1, &format!("2001:db8:0:7:{number:x}::1")))
        .collect();
    let refused = street.comes("2001:db8:0:7::1").1.err();
    assert_eq!(refused, Some(HttpError::TooMany(RETRY_SECONDS)));
    assert!(street.comes("2001:db8:0:8::1").1.is_ok(), "another network");
    drop(served);

    let _served = street.serves(PER_ADDRESS_MAX, "192.0.2.1");
    let refused = street.comes("::ffff:192.0.2.1").1.err();
    assert_eq!(refused, Some(HttpError::TooMany(RETRY_SECONDS)));
    assert!(street.comes("::ffff:192.0.2.2").1.is_ok(), "another address");
}
