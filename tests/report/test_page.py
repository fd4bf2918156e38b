"""The page: whole in itself, safe with any text, bounded, and the same numbers as everywhere."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser

import pytest
import report_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicekit.batch import Standing
from invoicekit.report import Document, headline, html_page
from invoicekit.report.chart import steps
from invoicekit.report.figures import ceiling, limit, span
from invoicekit.report.markup import Markup, element, text

MAKES = [samples.mixed, samples.clean, samples.cut_off]
VOID = {"meta", "input"}


class Tree(HTMLParser):
    """Every element, attribute and text of a page, and whether all of it closes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def said(self) -> str:
        return " ".join(self.texts)


@pytest.mark.parametrize("make", MAKES)
def test_nothing_is_fetched(make: Callable[[], Document]) -> None:
    """No element names another place, and the policy forbids it all the same."""
    page = html_page(make())
    tree = Tree(page)

    fetching = {"src", "srcset", "action", "data", "poster", "background", "style"}
    assert [attributes for _, attributes in tree.tags if fetching & set(attributes)] == []
    assert {attributes.get("href") for attributes in tree.of("a")} == {"#problems"}
    assert {"link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in tree.tags} == set()
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_names_this_style_and_this_script_alone() -> None:
    """What an attacker adds runs under no digest of ours."""
    page = html_page(samples.mixed())
    (policy,) = [a["content"] for a in Tree(page).of("meta") if a.get("http-equiv")]

    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_text_is_text() -> None:
    """Markup in an id, a reason, an error or a file's name is shown, not obeyed."""
    document = samples.cut_off()

    tree = Tree(html_page(document))

    assert len(tree.of("script")) == 1
    assert [
        attributes for _, attributes in tree.tags if any(key.startswith("on") for key in attributes)
    ] == []
    assert "<script>alert(1)</script>" in tree.said
    assert "\u202e" not in tree.said


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60), st.text(alphabet="<>\"'&/!-=a \0", max_size=40))
def test_any_text_stays_where_it_is_put(wild: str, sharp: str) -> None:
    """Whatever others write: the tree stays the one that was built."""
    built = element("p", {"title": wild + sharp}, element("b", None, sharp), wild)

    tree = Tree(built)

    assert [tag for tag, _ in tree.tags] == ["p", "b"]
    assert set(tree.tags[0][1]) == {"title"}


def test_markup_is_not_escaped_twice() -> None:
    """What was built stays as it is; what was not is escaped once."""
    assert element("i", None, Markup("<b></b>"), "&") == "<i><b></b>&amp;</i>"
    assert text("a\0b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("make", MAKES)
def test_the_page_says_the_document_s_numbers(make: Callable[[], Document]) -> None:
    """The footer's sum is the counts, and comes to the rows."""
    document = make()

    said = Tree(html_page(document)).said

    (told,) = re.findall(r"exactly one count: (.*?)\.", said)
    left, _, right = told.partition(" = ")
    numbers = [int(each.split()[0].replace(",", "")) for each in left.split(" + ")]
    assert numbers == [document.counts[standing] for standing in Standing]
    assert sum(numbers) == int(right.replace(",", "")) == document.rows
    assert headline(document) in said


def test_every_rejected_and_unknown_row_has_its_reason_and_step() -> None:
    """Each of them is a row of the table, with why and what to do."""
    document = samples.mixed()
    page = html_page(document)

    (body,) = re.findall(r'id="problem-table".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)

    assert len(rows) == document.counts[Standing.REJECTED] + document.counts[Standing.UNKNOWN]
    for row in rows:
        assert re.search(r'class="why">[^<]+<', row)
        assert re.search(r'class="step">[^<]+<', row)


def test_a_page_of_a_million_rows_is_bounded() -> None:
    """Problems are listed up to a bound; the rest is counted, and it says where they are."""
    page = html_page(samples.huge_part())

    said = Tree(page).said
    assert len(page.encode()) < 1_000_000
    assert "1,000 more that are not listed here: run with --rows-out" in said


def test_tables_and_charts_are_named() -> None:
    """Every column has a header, every chart says what it shows, the page its language."""
    tree = Tree(html_page(samples.mixed()))

    assert tree.of("html") == [{"lang": "en"}]
    assert all(attributes.get("scope") in {"col", "row"} for attributes in tree.of("th"))
    charts = [attributes for attributes in tree.of("svg") if attributes.get("role") == "img"]
    assert len(charts) == 4
    assert all(attributes.get("aria-label") for attributes in charts)
    assert {a["for"] for a in tree.of("label")} == {a["id"] for a in tree.of("input")}
    assert len(tree.of("h1")) == 1


def test_without_a_request_there_is_no_chart() -> None:
    """A job that sent nothing has no pace to draw."""
    report = samples.report([samples.ended(1, Standing.REJECTED, "bad row")], seconds=0.0)

    page = html_page(samples.document(report))

    assert "Requests against the limit" not in page


def test_stretches_keep_every_request() -> None:
    """Samples that are put together for drawing lose nothing, and none ends after the job did."""
    course = samples.course(84.3)

    drawn = steps(course.samples, seconds=84.3)

    assert sum(each.requests for each in drawn) == sum(each.requests for each in course.samples)
    assert len(drawn) <= 121
    assert drawn[-1].end <= 84.31
    assert max(each.per_second(each.requests) for each in drawn[:-1]) < 51


@given(st.floats(min_value=0.0001, max_value=1e9))
def test_an_axis_ends_at_or_above_its_values(value: float) -> None:
    """Nothing is drawn outside, and most of the height is used."""
    assert value * 0.9999 <= ceiling(value) <= value * 2.6


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.00031, "310 µs"), (0.126, "126 ms"), (9.0, "9 s"), (84.0, "1 min 24 s"), (20_500.0, "5 h 41 min")],
)
def test_spans_have_the_unit_that_fits(seconds: float, said: str) -> None:
    """A duration reads as a person would say it."""
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("per_second", "said"), [(50.0, "50/s"), (1.5, "1.5/s"), (0.5, "30/min"), (30 / 3600, "30/h")]
)
def test_limits_have_the_provider_s_unit(per_second: float, said: str) -> None:
    """Thirty an hour is not a hundredth of something a second."""
    assert limit(per_second) == said
