//! The client's address behind proxies: pure.
//!
//! The server believes a trusted proxy about one thing: the address of the proxy's own client, the last one in
//! `X-Forwarded-For`. From any other peer the field has no effect. `Forwarded` (RFC 7239) is not read.

use crate::refusal::HttpError;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The field with the addresses of a proxy's clients.
pub const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The addresses of trusted proxies (`trusted_proxies` in the configuration).
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// Takes addresses without IPv4 in the form of IPv6.
    pub fn new(addresses: Vec<IpAddr>) -> Self {
        Proxies(addresses)
    }

    /// Whether a proxy is at this address.
    pub fn stand_at(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Returns the address of the client behind `peer`: the last one in the fields' lists that is no trusted proxy, or the
    /// first if all are. Addresses before it come from somebody untrusted and are not read. A loopback address from a proxy
    /// on another machine means that machine: the search ends before it.
    ///
    /// # Errors
    /// 400: a trusted proxy names no address (an empty word, `unknown`, `_hidden`). To take the proxy's own address instead
    /// would lend its rights, a terminal's perhaps, to the sender.
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        fields: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> Result<IpAddr, HttpError> {
        let mut client = peer;
        for word in fields.rev().flat_map(|value| value.rsplit(|byte| *byte == b',')) {
            if !self.stand_at(client) {
                break;
            }
            let before = address(word).ok_or(HttpError::NoAddress)?;
            if before.is_loopback() && !client.is_loopback() {
                break;
            }
            client = before;
        }
        Ok(client)
    }
}

/// Parses an address; one of IPv4 never in the form of IPv6. Some proxies add a port (`192.0.2.7:5678`, `[2001:db8::1]:80`)
/// or brackets: both are removed.
fn address(word: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(word.trim_ascii()).ok()?;
    // Rust reads the zone of an address with a port, and only there; it means another machine's interface.
    let has_zone = text.contains('%');
    let bare = || text.parse().ok();
    let with_port = || text.parse().ok().map(|with_port: SocketAddr| with_port.ip());
    let in_brackets = || {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse().ok().map(|address: Ipv6Addr| address.into())
    };
    let address = bare().or_else(with_port).or_else(in_brackets)?;
    (!has_zone).then(|| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client's address with these proxies, this peer and these fields, or the refusal.
    fn client(proxies: &[&str], peer: &str, fields: &[&str]) -> Result<String, HttpError> {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = Proxies::new(proxies.iter().copied().map(parse).collect());
        let fields = fields.iter().map(|field| field.as_bytes());
        proxies
            .client(parse(peer), fields)
            .map(|address| address.to_string())
    }

    /// Goal: the client is whom the last trusted proxy names; what a client writes by itself has no effect.
    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        const HERE: &[&str] = &["127.0.0.1", "::1"];
        const CHAIN: &[&str] = &["127.0.0.1", "10.0.0.1", "10.0.0.2"];
        let cases: &[(&[&str], &str, &[&str], &str)] = &[
            // Nobody is trusted, or somebody else.
            (&[], "127.0.0.1", &["10.9.9.9"], "127.0.0.1"),
            (&[], "127.0.0.1", &["nonsense"], "127.0.0.1"),
            (HERE, "10.9.9.9", &["127.0.0.1"], "10.9.9.9"),
            (HERE, "10.9.9.9", &["nonsense"], "10.9.9.9"),
            // A trusted proxy says nothing: it speaks for itself.
            (HERE, "127.0.0.1", &[], "127.0.0.1"),
            // It names its client, or appends it to what its client wrote, in one field or in several.
            (HERE, "127.0.0.1", &["10.9.9.9"], "10.9.9.9"),
            (HERE, "::1", &["  2001:DB8::1\t"], "2001:db8::1"),
            (HERE, "127.0.0.1", &["::ffff:10.9.9.9"], "10.9.9.9"),
            // With the port of its client.
            (HERE, "127.0.0.1", &["10.9.9.9:5678"], "10.9.9.9"),
            (HERE, "127.0.0.1", &["[::1]:80"], "::1"),
            (
                HERE,
                "127.0.0.1",
                &["1.1.1.1, [2001:db8::1]:65535"],
                "2001:db8::1",
            ),
            (HERE, "127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            (HERE, "127.0.0.1", &["[::ffff:10.9.9.9]:80"], "10.9.9.9"),
            (HERE, "127.0.0.1", &["2001:db8::1:80"], "2001:db8::1:80"),
            (HERE, "127.0.0.1", &["127.0.0.1, 10.9.9.9"], "10.9.9.9"),
            (HERE, "127.0.0.1", &["nonsense, 10.9.9.9"], "10.9.9.9"),
            (HERE, "127.0.0.1", &["127.0.0.1", "10.9.9.9"], "10.9.9.9"),
            // Its client is on this machine too.
            (HERE, "127.0.0.1", &["127.0.0.1"], "127.0.0.1"),
            (HERE, "127.0.0.1", &["127.0.0.2"], "127.0.0.2"),
            // Proxies behind proxies.
            (CHAIN, "127.0.0.1", &["10.9.9.9,10.0.0.1"], "10.9.9.9"),
            (CHAIN, "10.0.0.1", &["1.1.1.1,10.9.9.9,10.0.0.2"], "10.9.9.9"),
            (CHAIN, "10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
            // Another machine's loopback is not this one's.
            (CHAIN, "10.0.0.1", &["127.0.0.1"], "10.0.0.1"),
            (CHAIN, "10.0.0.1", &["10.9.9.9, ::1"], "10.0.0.1"),
        ];
        for (proxies, peer, fields, expected) in cases {
            assert_eq!(
                client(proxies, peer, fields).as_deref(),
                Ok(*expected),
                "{peer} {fields:?}"
            );
        }
    }

    /// Goal: a trusted proxy that names no address gets no rights at all.
    #[test]
    fn what_is_no_address_is_refused() {
        let long = "1".repeat(4_000);
        for word in [
            "",
            " ",
            ",",
            "10.9.9.9,",
            "unknown",
            "unix:",
            "_hidden",
            "10.9.9.9:",
            "10.9.9.9:65536",
            "10.9.9.9:80:80",
            "10.9.9.9 :80",
            "[10.9.9.9]",
            "[10.9.9.9]:80",
            "[2001:db8::1",
            "[2001:db8::1]80",
            "[[::1]]",
            "[]",
            ":80",
            "fe80::1%eth0",
            "[fe80::1%1]:80",
            "10.9.9",
            "010.9.9.9",
            "10.9.9.9 10.9.9.8",
            "10.9.9.9;",
            "a\u{e9}",
            &long,
        ] {
            let refused = client(&["127.0.0.1"], "127.0.0.1", &[word]);
            assert_eq!(refused, Err(HttpError::NoAddress), "{word:?}");
        }
    }
}
