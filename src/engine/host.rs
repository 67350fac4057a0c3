//! The check of `Host` that keeps foreign sites away.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest name of RFC 1035.
const HOST_BYTES_MAX: usize = 255;

/// Whether a request with this `Host` is meant for this server: an address, `localhost`, or one of `names` in any case of
/// letters, with any port. A foreign site can make its own name point here (DNS rebinding), but then `Host` holds its name.
pub fn host_is_ours(host: &str, names: &[String]) -> bool {
    if host.len() > HOST_BYTES_MAX {
        return false;
    }
    if let Some(rest) = host.strip_prefix('[') {
        return rest
            .split_once(']')
            .is_some_and(|(address, port)| address.parse::<Ipv6Addr>().is_ok() && is_port_or_nothing(port));
    }
    let name_end = host.find(':').unwrap_or(host.len());
    let (name, port) = host.split_at(name_end);
    if !is_port_or_nothing(port) {
        return false;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

fn is_port_or_nothing(rest: &str) -> bool {
    rest.is_empty()
        || rest
            .strip_prefix(':')
            .is_some_and(|port| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::host_is_ours;

    #[test]
    fn a_foreign_name_is_not_ours() {
        let names = ["infomat.clinic.example".to_owned()];
        for ours in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "192.168.1.5:80",
            "[::1]:8080",
            "[fe80::1]",
            "localhost",
            "LocalHost:8080",
            "localhost.:8080",
            "infomat.clinic.example",
            "INFOMAT.clinic.example.:443",
        ] {
            assert!(host_is_ours(ours, &names), "{ours}");
        }
        for foreign in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "infomat.clinic.example.evil.example",
            "127.0.0.1:8080:80",
            "127.0.0.1:port",
            "[::1",
            "[::1]evil.example",
            "::1",
            "user@localhost",
            "localhost..",
            "2130706433",
        ] {
            assert!(!host_is_ours(foreign, &names), "{foreign}");
        }
        assert!(!host_is_ours(&"1".repeat(300), &names));
    }
}
