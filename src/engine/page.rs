//! The files of the pages.

use crate::page;
use crate::refusal::HttpError;
use crate::wire::message::{Answer, Request};

/// Returns the file at the request's path, `languages` among them, or 304 if the client has it already.
pub fn serve(request: &Request, languages: &page::File) -> Answer {
    if request.path() == page::languages::PATH {
        return answer(request, languages);
    }
    serve_at(request, request.path())
}

/// Returns the file at a path, or 304 if the client has it already.
pub fn serve_at(request: &Request, path: &str) -> Answer {
    page::file(path).map_or_else(
        || Answer::from(HttpError::UnknownPath),
        |file| answer(request, file),
    )
}

fn answer(request: &Request, file: &page::File) -> Answer {
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
