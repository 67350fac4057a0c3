//! The files of the terminal's page.

use crate::page;
use crate::refusal::HttpError;
use crate::wire::message::{Answer, Request};

/// Returns the file at the request's path, or 304 if the client has it already.
pub fn serve(request: &Request) -> Answer {
    let Some(file) = page::file(request.path()) else {
        return Answer::from(HttpError::UnknownPath);
    };
    let known = request
        .headers("If-None-Match")
        .any(|tags| file.is_known_by(tags));
    Answer {
        status: if known { 304 } else { 200 },
        content_type: file.content_type,
        headers: file.headers(),
        body: if known { Vec::new() } else { file.body.to_vec() },
        code: None,
    }
}
