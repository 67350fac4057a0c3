//! The gate: the TCP listener, the admission of clients, and closing time.

use super::answer::refused;
use super::client::{self, Shared};
use super::connections::Connections;
use super::head::AnswerParts;
use super::record;
use super::service;
use crate::refusal::HttpError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;

/// Stack of a connection's thread: its own buffers are on the heap.
const CLIENT_STACK_BYTES: usize = 128 * 1024;
/// Connections that the system keeps until they are accepted. Beyond that, newcomers have to try again after a second. The
/// library's 128 are too few for a crowd.
const UNACCEPTED_MAX: i32 = 1024;
/// Pause when the system has no descriptor, thread or memory for another connection.
const SHORTAGE_PAUSE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Admits clients until `stop` can be read, then answers all whole requests. Returns when all clients have gone, or after the
/// timeout of the limits.
pub fn run(
    listener: TcpListener,
    stop: &UnixStream,
    connections: &Arc<Connections>,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    rustix::net::listen(&listener, UNACCEPTED_MAX)?;
    while !waits_for_stop(Some(&listener), stop, None)? {
        match listener.accept() {
            Ok((stream, peer)) => {
                if let Err(error) = accept(stream, peer, connections, shared) {
                    log::warn!("no thread for another connection: {error}");
                    connections.close_longest_waiting();
                    waits_for_stop(None, stop, Some(&SHORTAGE_PAUSE))?;
                }
            }
            Err(error) if is_shortage(&error) => {
                log::warn!("no further connection can be taken now: {error}");
                connections.close_longest_waiting();
                waits_for_stop(None, stop, Some(&SHORTAGE_PAUSE))?;
            }
            // The client has gone again, or there was none.
            Err(_) => {}
        }
    }
    service::stopping();
    drop(listener);
    connections.stop();
    if !connections.wait_until_empty(shared.limits.stop) {
        log::warn!("some connections were cut off at the end");
    }
    Ok(())
}

/// Waits for a client or for the end. Returns whether it is the end.
fn waits_for_stop(
    listener: Option<&TcpListener>,
    stop: &UnixStream,
    pause: Option<&Timespec>,
) -> io::Result<bool> {
    let mut waited = vec![PollFd::new(stop, PollFlags::IN)];
    waited.extend(listener.map(|listener| PollFd::new(listener, PollFlags::IN)));
    match poll(&mut waited, pause) {
        Ok(_) => Ok(!waited[0].revents().is_empty()),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Too many descriptors, here or in the whole system, or no memory.
fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    errno.is_some_and(|errno| [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].contains(&errno))
}

/// Gives the client a slot and a thread, or an answer that there is none.
fn accept(
    stream: TcpStream,
    peer: SocketAddr,
    connections: &Arc<Connections>,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    let slot = match connections.admit(stream, peer) {
        Ok(slot) => slot,
        Err((stream, http_error)) => {
            reject(&stream, http_error);
            record::turned_away(http_error, &shared.metrics);
            return Ok(());
        }
    };
    // Without it an answer may wait for the client's acknowledgement of the one before.
    let _ = slot.stream().set_nodelay(true);
    let shared = shared.clone();
    let builder = thread::Builder::new()
        .name("client".into())
        .stack_size(CLIENT_STACK_BYTES);
    builder.spawn(move || client::serve(&slot, &shared))?;
    Ok(())
}

/// Sends a refusal without waiting: there is no thread that could wait.
fn reject(mut stream: &TcpStream, http_error: HttpError) {
    if stream.set_nonblocking(true).is_ok() {
        let _ = stream.write(&refused(http_error, AnswerParts::Whole, None));
    }
}
