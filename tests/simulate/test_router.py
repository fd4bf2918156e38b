"""Which operation a raw path means."""

from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Answer, Route
from invoicekit.simulate.router import Match, NoMatch, Router


def route(operation: str, method: str, path: str) -> Route:
    return Route(operation=operation, method=method, path=path, answer=lambda call: Answer(), is_write=False)


ROUTER = Router(
    [
        route("list", "GET", "/v1/invoices"),
        route("search", "POST", "/v1/invoices/info"),
        route("get", "GET", "/v1/invoices/{invoice_id}"),
        route("pay", "POST", "/v1/invoices/{invoice_id}/payments"),
    ]
)


def found(method: str, path: str) -> tuple[str, dict[str, str]] | tuple[str, ...]:
    match = ROUTER.find(method, path)
    if isinstance(match, Match):
        return match.route.operation, dict(match.params)
    return match.allowed


def test_variables_are_named() -> None:
    """Handlers ask for them by name."""
    assert found("POST", "/v1/invoices/7/payments") == ("pay", {"invoice_id": "7"})


def test_a_fixed_word_comes_before_a_variable() -> None:
    """`info` is the search, but only for the verb that the search has."""
    assert found("POST", "/v1/invoices/info") == ("search", {})
    assert found("GET", "/v1/invoices/info") == ("get", {"invoice_id": "info"})


def test_a_wrong_verb_names_the_right_ones() -> None:
    """405 needs them for Allow."""
    assert found("PUT", "/v1/invoices/info") == ("POST", "GET")


def test_an_unknown_path_allows_nothing() -> None:
    """404 is told from 405; an empty id is no id."""
    assert found("GET", "/v1/receipts") == ()
    assert found("GET", "/v1/invoices/") == ()


def test_nothing_is_decoded() -> None:
    """An encoded slash or dot cannot turn one path into another."""
    assert found("GET", "/v1/invoices/7%2Fpayments") == ("get", {"invoice_id": "7%2Fpayments"})
    assert found("GET", "/v1/invoices/%2e%2e") == ("get", {"invoice_id": "%2e%2e"})
    assert isinstance(ROUTER.find("GET", "/v1/invoices/../invoices/x"), NoMatch)


async def test_a_wrong_verb_is_answered_with_allow() -> None:
    """On the wire as well."""
    async with connected(ToySimulator()) as wire:
        reply = await wire.send("DELETE", WORDS)

    assert (reply.status, reply.headers["Allow"]) == (405, "GET, POST")
