//! The files of the pages.

use crate::page;
use crate::refusal::HttpError;
use crate::wire::message::{Answer, Request};

/// Returns the file at the request's path, or 304 if the client has it already.
pub fn serve(request: &Request) -> Answer {
    serve_at(request, request.path())
}

/// Returns the file at a path, or 304 if the client has it already.
pub fn serve_at(request: &Request, path: &str) -> Answer {
    let Some(file) = page::file(path) else {
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
