//! Which network addresses lie inside: where a program of this machine, or of its neighbours, may answer that was never
//! meant for others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

/// "10.20.0.0/16", "fd00::/8", or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        let wrong = || format!("{text} is no network: write it like 10.20.0.0/16");
        let (address, bits) = text.split_once('/').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(longest), |bits| bits.trim().parse().map_err(|_| wrong()))?;
        if bits > longest { Err(wrong()) } else { Ok(Network { first, bits }) }
    }
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, bits: u32) -> Network {
        Network { first: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits }
    }

    const fn v6(a: u16, b: u16, bits: u32) -> Network {
        Network { first: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), bits }
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                (first.to_bits() ^ address.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                (first.to_bits() ^ address.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// What IANA's registries of special addresses keep from the public Internet: this machine, private, shared and
/// link-local networks (among them the metadata of clouds), documentation, measurement, multicast and the reserved.
const INSIDE_V4: [Network; 14] = [
    Network::v4(0, 0, 0, 8),
    Network::v4(10, 0, 0, 8),
    Network::v4(100, 64, 0, 10),
    Network::v4(127, 0, 0, 8),
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    Network::v4(192, 88, 99, 24),
    Network::v4(192, 168, 0, 16),
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    Network::v4(224, 0, 0, 3),
];

/// All that is public of IPv6, and what of it leads elsewhere: protocols (Teredo among them), documentation, 6to4.
const OUTSIDE_V6: Network = Network::v6(0x2000, 0, 3);
const INSIDE_V6: [Network; 4] = [
    Network::v6(0x2001, 0, 23),
    Network::v6(0x2001, 0xdb8, 32),
    Network::v6(0x2002, 0, 16),
    Network::v6(0x3fff, 0, 20),
];

/// Does it lie inside? An IPv4 address in the clothes of IPv6 is judged as what it is.
pub fn is_inside(address: IpAddr) -> bool {
    match address.to_canonical() {
        address @ IpAddr::V4(_) => INSIDE_V4.iter().any(|network| network.holds(address)),
        address @ IpAddr::V6(_) => {
            !OUTSIDE_V6.holds(address) || INSIDE_V6.iter().any(|network| network.holds(address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_told_from_outside() {
        for inside in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "198.19.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fd00:ec2::254",
        ] {
            assert!(is_inside(inside.parse().unwrap()), "{inside}");
        }
        for outside in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "103.245.0.1", "223.255.255.255", "2606:4700::1111"]
        {
            assert!(!is_inside(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_network_is_written_with_its_bits() {
        let network = |text: &str| Network::try_from(text.to_owned());
        assert!(network("10.20.0.0/16").unwrap().holds("10.20.255.1".parse().unwrap()));
        assert!(!network("10.20.0.0/16").unwrap().holds("10.21.0.1".parse().unwrap()));
        assert!(network("0.0.0.0/0").unwrap().holds("1.2.3.4".parse().unwrap()));
        assert!(network("::1").unwrap().holds("::1".parse().unwrap()));
        assert!(!network("::1").unwrap().holds("127.0.0.1".parse().unwrap()));
        for wrong in ["", "10.0.0.0/33", "ten/8", "10.0.0.0/x"] {
            assert!(network(wrong).unwrap_err().contains("is no network"), "{wrong}");
        }
    }
}
