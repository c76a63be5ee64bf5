//! Ports that stay ours while a server is down.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which systems choose the ports of outgoing connections. A client that reconnects to a port
/// of that range while nobody listens can be given the same port as its own, and then talks to itself.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// A port that other tests leave alone, also those of other processes.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) number: u16,
    /// The same number in UDP, which Redis doesn't use: holding it marks the TCP port as taken, and the system lets
    /// go of it whichever way this process ends.
    _mark: UdpSocket,
}

impl Port {
    pub(crate) fn free() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Processes start at different places, so that they rarely try the same ports.
        let start = u16::try_from(process::id().wrapping_mul(97) % u32::from(COUNT)).unwrap_or(0);
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + (start.wrapping_add(step)) % COUNT;
            let Ok(mark) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)) else { continue };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Self { number, _mark: mark };
            }
        }
        panic!("no port is free from {FIRST} on");
    }
}
