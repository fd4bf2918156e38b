"""What an add-on token says about where it is good, read without trusting it further than that."""

import base64
import binascii
import json

import attrs

from invoicekit.secret import Secret


class UnreadableToken(ValueError):
    """The token is no JWT with a JSON object in it; the text of the error never quotes it."""


@attrs.frozen(kw_only=True)
class AddonClaims:
    """Where an add-on token's installation lives.

    Attributes:
        backend_url: Base URL of the core API, e.g. ``https://euc1.clockify.me/api``.
        reports_url: Base URL of the reports API.
        workspace_id: The workspace the add-on is installed in.
    """

    backend_url: str | None = None
    reports_url: str | None = None
    workspace_id: str | None = None

    @classmethod
    def read(cls, token: Secret) -> "AddonClaims":
        """Read the claims that route requests; the signature is Clockify's to check, not ours.

        Shape: an RS256 JWT whose payload carries backendUrl, reportsUrl, workspaceId, addonId.
        Source: the vendor's Java add-on SDK and add-on documentation.

        Raises:
            UnreadableToken: It is not such a token.
        """
        parts = token.reveal().split(".")
        if len(parts) != 3:
            raise UnreadableToken("not three parts joined by dots")
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        try:
            payload = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, RecursionError):
            raise UnreadableToken("its payload is not base64url-coded JSON") from None
        if not isinstance(payload, dict):
            raise UnreadableToken("its payload is not an object")
        return cls(
            backend_url=_text(payload.get("backendUrl")),
            reports_url=_text(payload.get("reportsUrl")),
            workspace_id=_text(payload.get("workspaceId")),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
