//! What of an address counts as one client, wherever something is bounded for one.

use std::net::{IpAddr, Ipv6Addr};

/// Bits of an IPv6 address that its holder chooses alone: a household or a clinic gets a /64 network at least.
const HOST_BITS: u32 = 64;

/// Returns the address itself for IPv4, also in the form of IPv6, and the first address of the /64 network for IPv6. This
/// machine's own addresses stay as they are.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) if !six.is_loopback() => {
            Ipv6Addr::from_bits(six.to_bits() >> HOST_BITS << HOST_BITS).into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one_client() {
        for (address, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("::2", "::"),
        ] {
            assert_eq!(
                network(address.parse().unwrap()).to_string(),
                counted,
                "{address}"
            );
        }
    }
}
