//! Ports that stay ours while a server is down.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which systems choose the ports of outgoing connections. A client that reconnects to a port
/// of that range while nobody listens can be given the same port as its own, and then talks to itself.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// Where the nodes of a cluster talk to each other, from their port on: older servers know no other place.
const BUS: u16 = 10_000;

/// A port that other tests leave alone, also those of other processes.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) number: u16,
    /// The same number in UDP, which Redis doesn't use: holding it marks the TCP port as taken, and the system lets
    /// go of it whichever way this process ends.
    _mark: UdpSocket,
    _bus: Option<UdpSocket>,
}

impl Port {
    pub(crate) fn free() -> Self {
        Self::of(COUNT, |_| Some(None))
    }

    /// One with a second one for the bus of a cluster.
    pub(crate) fn free_with_bus() -> Self {
        Self::of(COUNT - BUS, |number| taken(number + BUS).map(Some))
    }

    fn of(count: u16, bus: impl Fn(u16) -> Option<Option<UdpSocket>>) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Processes start at different places, so that they rarely try the same ports.
        let start = u16::try_from(process::id().wrapping_mul(97) % u32::from(count)).unwrap_or(0);
        for _ in 0..count {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + (start.wrapping_add(step)) % count;
            let Some(mark) = taken(number) else { continue };
            if let Some(bus) = bus(number) {
                return Self { number, _mark: mark, _bus: bus };
            }
        }
        panic!("no port is free from {FIRST} on");
    }
}

/// The mark of a port that was free.
fn taken(number: u16) -> Option<UdpSocket> {
    let mark = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok().then_some(mark)
}
