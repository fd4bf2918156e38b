"""Kukkingu's ways of saying no.

Source: providers sheet, section 3.4: {error, message}, both texts, seen for 401 alone.
Unverified: every other status and code; the same shape is assumed.
"""

from invoicekit.simulate import Answer, Refusal


def error(status: int, code: str, message: str) -> Answer:
    """Write an error answer."""
    return Answer.json({"error": code, "message": message}, status=status)


def unauthorised() -> Refusal:
    """Refuse the token."""
    return Refusal(error(401, "Unauthorized", "Unauthorized"))


def forbidden(message: str) -> Refusal:
    """Refuse what the token may not reach."""
    return Refusal(error(403, "Forbidden", message))


def missing(what: str, identifier: str) -> Refusal:
    """Refuse an id that is deleted, was never there, or is another tenant's."""
    return Refusal(error(404, "NotFound", f"{what} {identifier} not found"))


def invalid(message: str) -> Refusal:
    """Refuse a request that does not keep to the schema."""
    return Refusal(error(400, "ValidationError", message))


def unsupported_media(content_type: str) -> Refusal:
    """Refuse a body that is not declared as JSON."""
    return Refusal(error(415, "UnsupportedMediaType", f"Unsupported Media Type: {content_type}"))


def conflict(message: str, *, status: int = 409) -> Refusal:
    """Refuse what the present state does not allow."""
    return Refusal(error(status, "Conflict", message))


def no_route(method: str, path: str) -> Answer:
    """Answer for a route that does not exist, in the words of the web framework."""
    return Answer.json(
        {"message": f"Route {method}:{path} not found", "error": "Not Found", "statusCode": 404}, status=404
    )
