//! The desk: answers requests, one turn at a time, on plain structs without sockets.

use crate::refusal::Transport;
use crate::wire::message::{Answer, Request};

/// Most requests that are decided in one turn, with one commit.
pub const TURN_REQUESTS_MAX: usize = 64;

/// The one place that decides. Lives on one thread.
pub struct Desk {}

impl Desk {
    /// Whether the request may write: such requests share a turn and its commit.
    pub fn writes(&self, request: &Request) -> bool {
        request.method != "GET" && request.method != "HEAD"
    }

    /// Answers requests that may write, in order, with one commit; at most [`TURN_REQUESTS_MAX`]. The answers may go
    /// out when this returns: what they promise is on the disk.
    pub fn turn(&mut self, requests: &[Request]) -> Vec<Answer> {
        requests
            .iter()
            .map(|_| Answer::from(Transport::UnknownPath))
            .collect()
    }

    /// Answers one request that only reads.
    pub fn read(&mut self, _request: &Request) -> Answer {
        Answer::from(Transport::UnknownPath)
    }

    /// Nothing waits: time for the database's housekeeping.
    pub fn rest(&mut self) {}
}
