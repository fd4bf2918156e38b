"""Tokens for client credentials."""

from collections.abc import Iterable
from urllib.parse import parse_qs

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Expiry
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.refusal import BadField
from invoicekit_asset.simulator.tenant import TOKEN_OPERATION, Tenant, TokenGrant

PATH = "/v0/auth/token"
_DEFAULT_SECONDS = 3600


class TokenRoutes:
    """The one call that needs no token."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the route."""
        yield Route(operation=TOKEN_OPERATION, method="POST", path=PATH, answer=self._create, is_write=False)

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        if not call.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            raise BadField(("body",), "Input should be a form")
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if form.get("grant_type") != "client_credentials":
            raise BadField(("body", "grant_type"), "Input should be 'client_credentials'")
        secret = tenant.secrets.get(form.get("client_id", ""))
        if secret is None or secret != form.get("client_secret"):
            raise tenant.refused(401, "The client is not known")
        business_id = form.get("business_id")
        if business_id is not None and business_id not in tenant.businesses:
            raise tenant.refused(403, "The client does not reach this business")
        wanted = form.get("expires_in", str(_DEFAULT_SECONDS))
        if not wanted.isdecimal() or int(wanted) < 1:
            raise BadField(("body", "expires_in"), "Input should be a positive integer")
        seconds = min(int(wanted), tenant.behaviour.longest_token_seconds)
        token = tenant.mint.take("tok")
        ends_at = tenant.wall() + seconds
        tenant.tokens[token] = TokenGrant(ends_at=ends_at, business_id=business_id)
        document: dict[str, object] = {"access_token": token, "token_type": "Bearer"}
        match tenant.behaviour.expiry:
            case Expiry.INSTANT:
                document["expires_in"] = int(ends_at)
            case Expiry.DURATION:
                document["expires_in"] = seconds
            case Expiry.ABSENT:
                pass
        return answer_json(document)
