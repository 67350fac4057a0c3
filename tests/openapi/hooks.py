"""What schemathesis does not know of the clinic: which token books which cell, and which document is whose.

Valid calls are given what belongs together; malformed ones go out as they were made. INFOMAT_CLINIC names a file with the
token of the run, and lists of patients' bookings and documents, each to be used once.
"""

import json
import os

import schemathesis

with open(os.environ["INFOMAT_CLINIC"], encoding="utf-8") as file:
    CLINIC = json.load(file)

AUTHORIZATION = f"Bearer {CLINIC['token']}"
BOOKINGS = iter(CLINIC["bookings"])
DOCUMENTS = iter(CLINIC["documents"])

# The tickets that were made, each with its clinic and the token of its patient.
TICKETS = {}

# Parameters of a booking that would name another cell, or papers that the patient has not.
FOREIGN_TO_A_BOOKING = ("docGuid", "dateTime", "directionId", "directionType", "examGuid")


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def book(case):
    """A patient who may book, and a free cell; telephone, e-mail and the rest stay as they were made."""
    booking = next(BOOKINGS, None)
    if booking is None:
        return
    case.path_parameters["lpuGuid"] = booking["lpuGuid"]
    for name in FOREIGN_TO_A_BOOKING:
        case.query.pop(name, None)
    case.query["timeTable"] = booking["timeTable"]
    # What stands in the query must not stand in the body too.
    if isinstance(case.body, dict):
        for name in (*FOREIGN_TO_A_BOOKING, *case.query):
            case.body.pop(name, None)
    case.headers["Idempotency-Key"] = booking["timeTable"]
    case.headers["Authorization"] = f"Bearer {booking['token']}"


def identify(case):
    """A document with the birth date of its patient."""
    document = next(DOCUMENTS, None)
    if document is not None and "Birthday" in case.query:
        case.path_parameters["lpuGuid"] = document["lpuGuid"]
        case.query = {"n_pol": document["n_pol"], "Birthday": document["Birthday"]}


def own_ticket(case):
    """The ticket in the path, or the last one that was made, with the token of its patient."""
    if not TICKETS:
        return
    ticket = case.path_parameters["ticketGuid"]
    if ticket not in TICKETS:
        ticket = next(reversed(TICKETS))
    lpu, token = TICKETS[ticket]
    case.path_parameters.update(lpuGuid=lpu, ticketGuid=ticket)
    case.headers["Authorization"] = token


FEEDERS = {"book": book, "identify": identify, "ticket": own_ticket, "cancel": own_ticket, "checkIn": own_ticket}


@schemathesis.hook
def before_call(context, case, kwargs):
    is_whole = case.meta is None or case.meta.generation.mode.is_positive
    # Probes of the checks come without the token or with a wrong one: that is what they are about.
    has_token = case.headers.get("Authorization") == AUTHORIZATION
    feeder = FEEDERS.get(operation_id(case))
    if feeder is not None and is_whole and (has_token or feeder is identify):
        feeder(case)


@schemathesis.hook
def after_call(context, case, response):
    if operation_id(case) == "book" and response.status_code == 200:
        clinic = case.path_parameters["lpuGuid"]
        TICKETS[response.json()["ticketGuid"]] = (clinic, case.headers["Authorization"])
