//! A network between a cache and its server that can be slow in just the wrong moment.

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};

use crate::eventually;
use crate::fault::{Fault, Faults};
use crate::frames::{Frames, is_push};

/// A proxy on the loopback: slow, deaf or noisy where it is told to be ([`Proxy::fault`]). It can hold the next script, or another
/// command, with everything behind it, and cut its clients off while the server still gets what is held. It can hold what the
/// server says without being asked, while its answers go through.
#[derive(Clone)]
pub struct Proxy {
    port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    server: AtomicU16,
    /// What is held is told by this word in it.
    hold_next: Mutex<Option<&'static str>>,
    held: AtomicUsize,
    release: Notify,
    cut: Notify,
    refuses: AtomicBool,
    delay: AtomicU64,
    accepted: AtomicUsize,
    mixed_up: Mutex<Option<[String; 2]>>,
    forgotten: Mutex<Option<String>>,
    holds_pushes: watch::Sender<bool>,
    pushes: AtomicUsize,
    faults: Faults,
}

impl Proxy {
    /// A proxy to a server on a port of this machine.
    ///
    /// # Panics
    ///
    /// Where there is no port left.
    pub async fn start(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let line = Arc::new(Line { server: AtomicU16::new(server), ..Line::default() });
        tokio::spawn({
            let line = Arc::clone(&line);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    if line.refuses.load(Ordering::SeqCst) {
                        continue;
                    }
                    if !line.faults.now().lets_connect() {
                        tokio::spawn(keep(client, Arc::clone(&line)));
                        continue;
                    }
                    let server = ("127.0.0.1", line.server.load(Ordering::SeqCst));
                    let Ok(server) = TcpStream::connect(server).await else { continue };
                    line.accepted.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(carry(client, server, Arc::clone(&line)));
                }
            }
        });
        Proxy { port, line }
    }

    /// `redis://` on the proxy's port.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The next script is held on its way to the server.
    pub fn hold_next_script(&self) {
        self.hold_next("EVALSHA");
    }

    /// The next command with this word is held on its way to the server.
    pub fn hold_next(&self, word: &'static str) {
        *self.line.hold_next.lock().expect("nobody panics with it") = Some(word);
    }

    /// The port that clients connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until a command is held.
    pub async fn holds(&self) {
        eventually(async || self.line.held.load(Ordering::SeqCst) > 0).await;
    }

    /// Waits until so many clients got through, in all: whoever comes again has noticed that it was cut off.
    pub async fn has_accepted(&self, clients: usize) {
        eventually(async || self.accepted() >= clients).await;
    }

    /// What is held goes to the server.
    pub fn release(&self) {
        self.line.release.notify_waiters();
    }

    /// New clients get to another server; those that are there stay where they are.
    pub fn lead_to(&self, server: u16) {
        self.line.server.store(server, Ordering::SeqCst);
    }

    /// All clients are cut off; new ones are welcome.
    pub fn cut(&self) {
        self.line.cut.notify_waiters();
    }

    /// All clients are cut off, and nobody gets through until [`Proxy::accept`].
    pub fn refuse(&self) {
        self.line.refuses.store(true, Ordering::SeqCst);
        self.cut();
    }

    /// From now on every answer of the server takes so much longer.
    pub fn delay(&self, delay: Duration) {
        self.line.delay.store(delay.as_millis() as u64, Ordering::SeqCst);
    }

    /// From now on what the server says without being asked is held, while its answers overtake it.
    pub fn hold_pushes(&self) {
        self.line.holds_pushes.send_replace(true);
    }

    /// It arrives.
    pub fn release_pushes(&self) {
        self.line.holds_pushes.send_replace(false);
    }

    /// How many such messages were held, in all.
    #[must_use]
    pub fn held_pushes(&self) -> usize {
        self.line.pushes.load(Ordering::SeqCst)
    }

    /// From now on this is wrong with all connections.
    pub fn fault(&self, fault: Fault) {
        self.line.faults.set(fault);
    }

    /// From now on who reads one of two keys is answered with what the other holds; scripts arrive as they are. The keys are of
    /// one length; two empty ones end it.
    ///
    /// # Panics
    ///
    /// Where they are not.
    pub fn mix_up(&self, one: &str, other: &str) {
        assert_eq!(one.len(), other.len(), "what is sent says how long they are");
        let keys = (!one.is_empty()).then(|| [one.to_owned(), other.to_owned()]);
        *self.line.mixed_up.lock().expect("nobody panics with it") = keys;
    }

    /// The next script with this key arrives as one that the server has forgotten: those before and behind it run.
    ///
    /// # Panics
    ///
    /// Where somebody has panicked with the line.
    pub fn forget_next_script_at(&self, key: &str) {
        *self.line.forgotten.lock().expect("nobody panics with it") = Some(key.to_owned());
    }

    /// How many clients got through, in all.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.line.accepted.load(Ordering::SeqCst)
    }

    /// Clients are welcome again.
    pub fn accept(&self) {
        self.line.refuses.store(false, Ordering::SeqCst);
    }
}

impl Line {
    /// What arrives of what a client has sent.
    fn mixed_up(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let keys = self.mixed_up.lock().expect("nobody panics with it");
        let Some([one, other]) = keys.as_ref().map(|keys| keys.each_ref().map(|key| key.as_bytes())) else {
            return bytes;
        };
        let has = |at: &[u8], word: &[u8]| at.starts_with(word);
        if (0..bytes.len()).any(|at| has(&bytes[at..], b"EVALSHA")) {
            return bytes;
        }
        let mut at = 0;
        while at + one.len() <= bytes.len() {
            let found = &mut bytes[at..at + one.len()];
            match found {
                _ if found == one => found.copy_from_slice(other),
                _ if found == other => found.copy_from_slice(one),
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += one.len();
        }
        bytes
    }

    /// Gives a script another name.
    fn forgotten(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        const CALL: &[u8] = b"EVALSHA\r\n$40\r\n";
        let mut key = self.forgotten.lock().expect("nobody panics with it");
        let place = |word: &[u8]| bytes.windows(word.len()).position(|window| window == word);
        if let Some(at) = key.as_ref().and_then(|key| place(key.as_bytes()))
            && let Some(call) = bytes[..at].windows(CALL.len()).rposition(|window| window == CALL)
        {
            bytes[call + CALL.len()..][..40].fill(b'0');
            *key = None;
        }
        bytes
    }

    fn is_to_be_held(&self, bytes: &[u8]) -> bool {
        let mut next = self.hold_next.lock().expect("nobody panics with it");
        let is_it = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        next.take_if(|word| is_it(word)).is_some()
    }
}

/// Neither carries what a client sends nor lets it go, as long as the fault lasts.
async fn keep(client: TcpStream, line: Arc<Line>) {
    tokio::select! {
        () = line.faults.pass(line.faults.now()) => {}
        () = line.cut.notified() => {}
    }
    drop(client);
}

async fn carry(client: TcpStream, server: TcpStream, line: Arc<Line>) {
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(forward(receiver, server_out, Arc::clone(&line)));
    tokio::select! {
        () = read(client_in, sender) => {}
        () = copy(server_in, client_out, &line) => {}
        () = line.cut.notified() => {}
    }
}

async fn read(mut from: OwnedReadHalf, to: mpsc::UnboundedSender<Vec<u8>>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if to.send(buffer[..count].to_vec()).is_err() {
            return;
        }
    }
}

/// Goes on after the client was cut off: what was sent arrives, only later.
async fn forward(mut from: mpsc::UnboundedReceiver<Vec<u8>>, mut to: OwnedWriteHalf, line: Arc<Line>) {
    while let Some(bytes) = from.recv().await {
        line.faults.pass(Fault::BlackHole).await;
        if line.is_to_be_held(&bytes) {
            let released = line.release.notified();
            line.held.fetch_add(1, Ordering::SeqCst);
            released.await;
            line.held.fetch_sub(1, Ordering::SeqCst);
        }
        if to.write_all(&line.forgotten(line.mixed_up(bytes))).await.is_err() {
            return;
        }
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: &Line) {
    let (mut frames, mut held) = (Frames::default(), Vec::new());
    let mut holds = line.holds_pushes.subscribe();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let said = tokio::select! {
            count = from.read(&mut buffer) => match count {
                Ok(count @ 1..) => frames.add(&buffer[..count]),
                _ => return,
            },
            _ = holds.wait_for(|holds| !holds), if !held.is_empty() => Vec::new(),
        };
        let now = *line.holds_pushes.borrow();
        let is_held = |frame: &Vec<u8>| now && is_push(frame);
        line.pushes.fetch_add(said.iter().filter(|frame| is_held(frame)).count(), Ordering::SeqCst);
        let going: Vec<Vec<u8>>;
        (held, going) = held.into_iter().chain(said).partition(is_held);
        if going.is_empty() {
            continue;
        }
        match line.delay.load(Ordering::SeqCst) {
            0 => {}
            delay => tokio::time::sleep(Duration::from_millis(delay)).await,
        }
        if line.faults.carry(&going.concat(), &mut to).await.is_err() {
            return;
        }
    }
}
