//! Room for large answers.
//!
//! The client reads into a buffer that begins with 8 KiB (`tokio_util::codec::Framed`), and grows only where one element of an answer
//! does not fit. So many small values are read in pieces of that size: each is a system call and a fresh start of the parser, 2 to 3%
//! of what a hundred values of 200 bytes cost. No setting of the client changes that. One large element does, for as long as the
//! connection lasts.

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd};

/// An element for which the buffer grows to 64 KiB: one byte more than half of them.
const LARGE: usize = (32 << 10) + 1;

/// Makes the room. To a user who may not do this, large answers come in smaller pieces.
pub(super) async fn make(connection: &mut MultiplexedConnection) -> RedisResult<()> {
    // A script that makes it would spare the way there, and cost the server thirty times as much.
    match cmd("ECHO").arg(vec![b' '; LARGE]).exec_async(connection).await {
        Err(error) if error.code().is_none() => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that fails has to fail")]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener};
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};
    use std::thread::{self, JoinHandle};

    use redis::{AsyncConnectionConfig, Parser, RedisConnectionInfo, RedisError, Value};
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    use tokio::net::TcpStream;

    use super::*;

    /// Tells how many bytes the client had room for when it read last.
    struct Told {
        stream: TcpStream,
        room: Arc<AtomicUsize>,
    }

    impl AsyncRead for Told {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.room.store(buffer.remaining(), Ordering::SeqCst);
            Pin::new(&mut self.stream).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Told {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(context)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(context)
        }
    }

    /// Takes one connection, and gives each command its answer for as long as that lasts.
    fn serve(echo: fn(&[u8]) -> Vec<u8>) -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut commands = Parser::new();
            while let Ok(Value::Array(command)) = commands.parse_value(&mut stream as &mut dyn Read) {
                let answer = match &command[..] {
                    [Value::BulkString(name), Value::BulkString(element)] if name == b"ECHO" => echo(element),
                    _ => b"+OK\r\n".to_vec(),
                };
                stream.write_all(&answer).expect("an answer is sent");
            }
        });
        (address, server)
    }

    /// What `make` comes to, and how many bytes the client then has room for.
    async fn made(echo: fn(&[u8]) -> Vec<u8>) -> (RedisResult<()>, usize) {
        let (address, server) = serve(echo);
        let room = Arc::new(AtomicUsize::new(0));
        let stream = TcpStream::connect(address).await.expect("a connection");
        let stream = Told { stream, room: Arc::clone(&room) };
        let (info, config) = (RedisConnectionInfo::default(), AsyncConnectionConfig::default());
        let connected = MultiplexedConnection::new_with_config(&info, stream, config).await;
        let (mut connection, driver) = connected.expect("a connection");
        let driver = tokio::spawn(driver);
        let made = make(&mut connection).await;
        let _: Result<(), RedisError> = cmd("PING").exec_async(&mut connection).await;
        let room = room.load(Ordering::SeqCst);
        drop(connection);
        driver.await.expect("the client ends");
        server.join().expect("the server ends");
        (made, room)
    }

    fn echo(element: &[u8]) -> Vec<u8> {
        [format!("${}\r\n", element.len()).as_bytes(), element, b"\r\n"].concat()
    }

    /// Bites: with an element of 32,000 bytes the buffer is 32 KiB, and all but used up.
    #[tokio::test]
    async fn an_answer_of_a_hundred_values_fits_into_one_piece() {
        let (made, room) = made(echo).await;
        assert_eq!(made, Ok(()));
        assert!(room > 32_000, "{room}");
    }

    #[tokio::test]
    async fn a_server_that_refuses_is_of_use_all_the_same() {
        let (made, room) = made(|_| b"-NOPERM this user has no permissions\r\n".to_vec()).await;
        assert_eq!(made, Ok(()));
        assert!(room <= 8192, "{room}");
    }

    #[tokio::test]
    async fn a_connection_that_breaks_meanwhile_is_none() {
        let (made, _) = made(|_| b"no answer\r\n".to_vec()).await;
        assert!(made.is_err_and(|error| error.code().is_none()));
    }
}
