//! How the handling of one request ends early.

use crate::refusal::{DeskRefusal, HttpError, Refusal};
use crate::store::Fault;
use crate::wire::message::Answer;

/// Why a request was not carried out.
pub enum RequestError {
    /// An expected answer.
    Refused(Refusal),
    /// An expected answer to somebody at the reception.
    Desk(DeskRefusal),
    /// An expected answer of the HTTP layer.
    Http(HttpError),
    /// A fault of ours.
    Failed(Fault),
}

impl From<Refusal> for RequestError {
    fn from(refusal: Refusal) -> Self {
        RequestError::Refused(refusal)
    }
}

impl From<Fault> for RequestError {
    fn from(fault: Fault) -> Self {
        RequestError::Failed(fault)
    }
}

impl From<HttpError> for RequestError {
    fn from(error: HttpError) -> Self {
        RequestError::Http(error)
    }
}

/// Turns a refusal into its answer. A fault stays an error.
pub fn answer_or_fault(result: Result<Answer, RequestError>) -> Result<Answer, Fault> {
    match result {
        Ok(answer) => Ok(answer),
        Err(RequestError::Refused(refusal)) => Ok(Answer::from(&refusal)),
        Err(RequestError::Desk(refusal)) => Ok(Answer::from(&refusal)),
        Err(RequestError::Http(error)) => Ok(Answer::from(error)),
        Err(RequestError::Failed(fault)) => Err(fault),
    }
}
