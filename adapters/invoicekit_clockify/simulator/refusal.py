"""Clockify's ways of saying no: status, numeric code and wording.

Source: providers/clockify sheet, section 3. The wordings are ours, but for the phrases a client relies on.
"""

from invoicekit.simulate import Answer, Refusal

# Codes of the error table.
CREDENTIALS_MISSING = 1000
PARAMETER_UNREADABLE = 3000
PARAMETER_MISSING = 3001
BODY_UNREADABLE = 3002
KEY_UNKNOWN = 4003
ADDON_TOKEN_BAD = 4017
BUSINESS_RULE = 501


def error(status: int, code: int, message: str, **headers: str) -> Answer:
    """Write an error answer; `code` is a number on the wire."""
    return Answer.json({"message": message, "code": code}, status=status, headers=headers)


def missing(what: str, identifier: str) -> Refusal:
    """Refuse an id that is deleted, was never there, or is another workspace's: one answer for all three."""
    return Refusal(
        error(400, BUSINESS_RULE, f"{what} with id {identifier} doesn't exist or doesn't belong to Workspace")
    )


def broken_rule(message: str) -> Refusal:
    """Refuse a value that can be read but is not allowed; never with the phrase of `missing`."""
    return Refusal(error(400, BUSINESS_RULE, message))


def unreadable_parameter(name: str, value: str) -> Refusal:
    """Refuse a path or query value of the wrong type."""
    return Refusal(error(400, PARAMETER_UNREADABLE, f"Failed to convert value '{value}' of parameter {name}"))


def missing_parameter(name: str) -> Refusal:
    """Refuse a call without a query parameter that it needs."""
    return Refusal(error(400, PARAMETER_MISSING, f"Required request parameter '{name}' is not present"))


def unreadable_body(reason: str) -> Refusal:
    """Refuse a body that is no JSON, or whose members have the wrong types."""
    return Refusal(error(400, BODY_UNREADABLE, f"Request body is not readable: {reason}"))


def unsupported_media(content_type: str) -> Refusal:
    """Refuse a body that is not declared as JSON. Unverified: the code."""
    return Refusal(error(415, PARAMETER_UNREADABLE, f"Content-Type '{content_type}' is not supported"))


def unknown_item_type(name: str) -> Refusal:
    """Refuse an item type: the one entity whose absence answers 404."""
    return Refusal(error(404, BUSINESS_RULE, f"Item type {name} not found"))


def unauthorised(code: int, message: str) -> Refusal:
    """Refuse the credentials."""
    return Refusal(error(401, code, message))


def forbidden(message: str) -> Refusal:
    """Refuse what the plan or the role does not include. Unverified: the code."""
    return Refusal(error(403, BUSINESS_RULE, message))
