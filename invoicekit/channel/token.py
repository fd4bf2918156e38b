"""Keep one bearer token for everybody, and renew it once for all who wait."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from invoicekit.channel.retry_after import parse_retry_after
from invoicekit.clock import Clock
from invoicekit.errors import RateLimited, Unavailable
from invoicekit.transport import HttpRequest, HttpResponse, Token, TokenSource

_EARLY = timedelta(seconds=30)


class TokenKeeper:
    """Hold a token until shortly before it expires or until it is refused.

    However many callers need a new one, one request asks for it; a caller that is cancelled while it
    waits does not take it from the others.
    """

    def __init__(
        self, source: TokenSource, clock: Clock, send: Callable[[HttpRequest], Awaitable[HttpResponse]]
    ) -> None:
        self._source = source
        self._clock = clock
        self._send = send
        self._token: Token | None = None
        self._fetching: asyncio.Task[Token] | None = None

    async def ready(self) -> Token:
        """Return a token that is good for now.

        Raises:
            NotApplied: None could be had (`AuthenticationError`, `Unavailable`, …); nothing was sent with it.
        """
        token = self._token
        if token is not None and not self._is_stale(token):
            return token
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(_look_at)
        return await asyncio.shield(self._fetching)

    def refused(self, token: Token) -> None:
        """Forget a token that the provider does not accept, unless it was renewed already."""
        if self._token is token:
            self._token = None

    async def aclose(self) -> None:
        """Give up a request for a token that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    async def _fetch(self) -> Token:
        hints: list[str | None] = []

        async def send(request: HttpRequest) -> HttpResponse:
            response = await self._send(request)
            hints.append(response.headers.get("retry-after"))
            return response

        try:
            self._token = await self._source.fetch(send, self._clock.now())
            return self._token
        except (RateLimited, Unavailable) as refusal:
            if refusal.retry_after is None and hints:
                refusal.retry_after = parse_retry_after(hints[-1], self._clock.now())
            raise
        finally:
            self._fetching = None

    def _is_stale(self, token: Token) -> bool:
        return token.expires_at is not None and self._clock.now() >= token.expires_at - _EARLY


def bearer(token: Token) -> Mapping[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token.value.reveal()}"}


def _look_at(task: "asyncio.Task[Token]") -> None:
    # Everybody who waited may be gone: asking for the exception keeps the loop from reporting it.
    if not task.cancelled():
        task.exception()
