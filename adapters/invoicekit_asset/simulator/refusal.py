"""Asset's ways of saying no, as far as they are known: statuses, and error fields by switch.

Source: providers sheet, section 2.8. The fields of ErrorResponse are on no page; the wordings are ours.
"""

from invoicekit.simulate import Answer, Refusal
from invoicekit_asset.simulator.behaviour import ErrorShape
from invoicekit_asset.simulator.exact_json import answer_json

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    422: "unprocessable",
}


class BrokenRule(Exception):
    """A well-formed wish that the books do not allow: an item's error, or the whole call's."""


class BadField(Exception):
    """A member that is missing or malformed; `loc` says where."""

    def __init__(self, loc: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.loc = loc
        self.message = message


def error(shape: ErrorShape, status: int, message: str) -> Answer:
    """Write an error answer."""
    code = _CODES.get(status, "error")
    match shape:
        case ErrorShape.DETAIL:
            document: dict[str, object] = {"detail": message}
        case ErrorShape.ERROR:
            document = {"error": {"code": code, "message": message}}
        case ErrorShape.MESSAGE:
            document = {"code": code, "message": message}
    return answer_json(document, status=status)


def refused(shape: ErrorShape, status: int, message: str) -> Refusal:
    """Refuse with an error answer."""
    return Refusal(error(shape, status, message))


def bad_field(fault: BadField) -> Answer:
    """Write a 422 as FastAPI does by default."""
    fault_row = {"loc": list(fault.loc), "msg": fault.message, "type": "value_error"}
    return answer_json({"detail": [fault_row]}, status=422)
