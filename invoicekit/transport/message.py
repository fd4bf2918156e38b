"""One HTTP request and one HTTP answer, as plain values."""

from collections.abc import Mapping

import attrs

from invoicekit.model import Headers


@attrs.frozen(kw_only=True)
class HttpRequest:
    """What an adapter wants sent; it names a declared host, never a URL.

    Attributes:
        method: Upper case.
        path: Below the host's base, starting with ``/``, already percent-encoded.
        query: Pairs in order; a key may come more than once.
        body: Bytes of the encoded body, or None; never shown, for it may carry a secret.
        host: A name from the adapter's `Site.hosts`.
        content_type: Media type of the body.
        accept: Media type wanted.
        headers: Further headers, never credentials.
        foreign_url: An absolute URL that the provider handed out for a read, e.g. of a PDF on another
            host. It replaces host, path and query, and is sent without credentials or further headers.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = attrs.field(default=None, repr=False)
    host: str = "api"
    content_type: str = "application/json"
    accept: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    foreign_url: str = ""


@attrs.define(kw_only=True)  # frozen it costs twice as much, and one is made for every answer
class HttpResponse:
    """What came back, whole.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; the last of repeated headers. `repr` shows `shown_headers` instead.
        body: Decompressed and bounded in size; never shown, for it may carry a token.
        sends: How often the request may have gone out underneath, as far as it is known (>= 1).
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=lambda headers: repr(Headers(headers)))
    body: bytes = attrs.field(repr=False)
    sends: int = 1

    @property
    def shown_headers(self) -> Headers:
        """The headers as objects read from this answer show them: without what could be a secret."""
        return Headers(self.headers)
