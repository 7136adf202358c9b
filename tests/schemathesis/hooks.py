"""One check of Schemathesis, made precise: what the document allows is accepted.

The check itself knows status codes alone. Some refusals depend on what no schema can say (whether a password is the
right one, whether a cursor was given out), and these few are named here by their codes, so that every other refusal of
valid data is a failure.
"""

import os
import sys

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

PROBLEMS = {
    "invalid_cursor",  # not one that this list gave out
    "invalid_token",  # not one that was mailed
    "idempotency_key_reused",
    "codes_refused",  # a pool has each code once
    "stale_version",  # If-Match names another version
}
FIELDS = {
    "weak_password",  # on the list of those that are guessed first
    "wrong_password",
    "invalid_email",  # the format `email` also allows what no provider gives out
    "not_after",  # relations between two fields
    "not_less",
    "not_allowed",
    "duplicate",
    "required",  # a text of blanks alone
    "invalid_format",  # a text with control characters
    "invisible_character",  # a text with characters that nobody sees
    "mixed_scripts",  # a name with letters of two alphabets in one word
    "too_long",  # the bounds of a text in three languages depend on where it stands
}


def depends(pointer):
    """Which terms an offer has depends on its kind, how many units a claim may take on the offer and its codes."""
    return pointer.startswith("/terms") or pointer in ("/quantity", "/max_quantity")


def is_time(error):
    """Times lie between 1970 and 9999; the format `date-time` allows any year of four digits."""
    return error["code"] == "out_of_range" and error["pointer"] in ("/starts_at", "/ends_at", "?from", "?to")


def is_whole(body, pointer):
    """To JSON Schema 71.0 is an integer; we take it written as one alone."""
    value = body
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return isinstance(value, float) and value.is_integer()


def no_schema_foretells(response, case):
    if response.status_code not in (400, 412, 422):
        return False
    problem = response.json()
    if problem["code"] in ("invalid_input", "invalid_query"):
        return all(
            error["code"] in FIELDS or depends(error["pointer"]) or is_time(error) or is_whole(case.body, error["pointer"])
            for error in problem["errors"]
        )
    return problem["code"] in PROBLEMS


@schemathesis.check
def accepts_what_the_document_allows(ctx, response, case):
    if not no_schema_foretells(response, case):
        positive_data_acceptance(ctx, response, case)


if os.environ["AS"] == "owner":
    sys.path.append(os.path.dirname(__file__))
    import desk  # noqa: F401
