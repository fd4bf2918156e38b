"""Paths: an id fills its own segment and can never reach further."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from invoicekit.errors import InvalidIdentifier
from invoicekit.wire import HEX_24, PathTemplate, checked_id

ANYTHING = re.compile(r".*", re.DOTALL)
INVOICE = PathTemplate("/v1/workspaces/{workspace}/invoices/{invoice}", pattern=HEX_24)
LOOSE = PathTemplate("/v1/invoices/{invoice}/payments/{payment}", pattern=ANYTHING)
WORKSPACE = "64ae00000000000000000001"

hostile = st.one_of(
    st.text(),
    st.text(alphabet="./\\%?#;:@&=+ \n\r\t\0é2eEfF", max_size=8),
    st.sampled_from(["..", ".", "%2e%2e", "%2E.", "..;", "a/..", "a%2fb", "//evil", "\u2025", "\uff0f", ""]),
)


def test_ids_fill_their_places() -> None:
    """The path is the template with the ids in it."""
    path = INVOICE.fill(workspace=WORKSPACE, invoice="64ae000000000000000000ff")

    assert path == "/v1/workspaces/64ae00000000000000000001/invoices/64ae000000000000000000ff"


def test_places_may_differ() -> None:
    """A position is no id: each place may have a pattern of its own."""
    items = PathTemplate(
        "/{invoice}/items/{order}", pattern=HEX_24, patterns={"order": re.compile("[1-9][0-9]{0,3}")}
    )

    assert items.fill(invoice=WORKSPACE, order="12") == f"/{WORKSPACE}/items/12"
    with pytest.raises(InvalidIdentifier, match=r"^order"):
        items.fill(invoice=WORKSPACE, order="0")


def test_a_template_may_have_no_place() -> None:
    """A literal path is a template too."""
    assert PathTemplate("/v1/user", pattern=HEX_24).fill() == "/v1/user"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "..",
        ".",
        "64ae",
        WORKSPACE.upper(),
        WORKSPACE + "\n",
        " " + WORKSPACE,
        WORKSPACE + "/payments",
        "../" + WORKSPACE,
        "%2e%2e",
        WORKSPACE + "?x=1",
        WORKSPACE + "#x",
        WORKSPACE[:-1] + "é",
        WORKSPACE[:-1] + "\uff11",
    ],
)
def test_what_is_no_id_is_refused(value: str) -> None:
    """The pattern holds for the whole id; the error names the place."""
    with pytest.raises(InvalidIdentifier, match=r"^invoice "):
        INVOICE.fill(workspace=WORKSPACE, invoice=value)


@pytest.mark.parametrize("value", [5, None, b"64ae", ["64ae"]])
def test_only_text_is_an_id(value: object) -> None:
    """A value of another type is refused, not turned into text."""
    with pytest.raises(InvalidIdentifier):
        LOOSE.fill(invoice="i", payment=value)  # type: ignore[arg-type]


def fill(value: str) -> str | None:
    try:
        return LOOSE.fill(invoice="i1", payment=value)
    except InvalidIdentifier:
        return None


@given(hostile)
def test_a_path_keeps_its_segments(value: str) -> None:
    """Even under a pattern that allows everything the path has five segments, the id last and whole."""
    path = fill(value)

    if path is not None:
        assert path.isascii()
        assert path.split("/")[:-1] == ["", "v1", "invoices", "i1", "payments"]
        assert unquote(path.rpartition("/")[2]) == value


@given(hostile)
def test_a_client_sends_the_path_as_it_is(value: str) -> None:
    """No URL library finds a query, a fragment, another host or a way upwards in it."""
    path = fill(value)

    if path is not None:
        url = URL(f"https://api.example/base{path}", encoded=True)
        assert (url.host, url.raw_query_string, url.raw_fragment) == ("api.example", "", "")
        assert url.raw_path == f"/base{path}"
        assert URL(str(url)).parts == ("/", "base", "v1", "invoices", "i1", "payments", value)


@pytest.mark.parametrize(
    "value", ["a/b", "a\\b", "..", ".", "a%2fb", "a?b", "a#b", "a;b", "a b", "a\nb", "é"]
)
def test_some_characters_are_never_part_of_an_id(value: str) -> None:
    """A pattern that allows them does not open the door."""
    assert fill(value) is None


def test_other_characters_are_encoded() -> None:
    """Where a provider's ids hold them they arrive as they are."""
    assert checked_id("customer", "a:b@c+d=e&f", ANYTHING) == "a%3Ab%40c%2Bd%3De%26f"


def test_the_error_shows_little_of_the_value() -> None:
    """Escaped and short: it cannot break a log line or fill it."""
    with pytest.raises(InvalidIdentifier) as caught:
        INVOICE.fill(workspace=WORKSPACE, invoice="\n\x1b[31m" + "x" * 10_000)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    "ids", [{}, {"workspace": WORKSPACE}, {"workspace": WORKSPACE, "invoyce": WORKSPACE}]
)
def test_a_forgotten_id_is_the_callers_fault(ids: dict[str, str]) -> None:
    """A place never stays empty."""
    with pytest.raises(TypeError):
        INVOICE.fill(**ids)


def test_an_id_too_many_is_the_callers_fault() -> None:
    """Nothing is silently left out."""
    with pytest.raises(TypeError):
        INVOICE.fill(workspace=WORKSPACE, invoice=WORKSPACE, payment=WORKSPACE)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "v1/x",
        "/a//b",
        "/a/",
        "/a/../b",
        "/./a",
        "/{a}x",
        "/{A}",
        "/a b",
        "/a?b=1",
        "/{a}/{a}",
        "/é",
        "/%2e",
    ],
)
def test_a_template_is_checked_when_made(template: str) -> None:
    """A slip of the author's shows at import, not in a request."""
    with pytest.raises(ValueError, match=r"segment|begins|places"):
        PathTemplate(template, pattern=HEX_24)


def test_a_pattern_for_no_place_is_refused() -> None:
    """A misspelt place would otherwise go unchecked."""
    with pytest.raises(ValueError, match="ordr"):
        PathTemplate("/{order}", pattern=HEX_24, patterns={"ordr": HEX_24})
