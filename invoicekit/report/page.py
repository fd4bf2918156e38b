"""The report as one HTML page that needs nothing beside itself."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from invoicekit._version import __version__
from invoicekit.batch import Standing
from invoicekit.report.document import Document, Verdict
from invoicekit.report.figures import count, moment, money, plural, span, word
from invoicekit.report.markup import Markup, element, joined
from invoicekit.report.page_charts import charts
from invoicekit.report.page_problems import problems
from invoicekit.report.page_verified import read_back

_MOST_RANGES = 300
_SIGNS = {
    Verdict.DONE: ("done", "M13 23.5l7 7L34 16.5"),
    Verdict.REJECTED: ("bad", "M23.5 12v14M23.5 33.5v.5"),
    Verdict.UNFINISHED: ("early", "M18.5 15v17M28.5 15v17"),
    Verdict.IN_DOUBT: ("doubt", "M17.5 18a6 6 0 1 1 9 5.2c-2 1.2-3 2.3-3 4.3M23.5 34v.5"),
}


def html_page(document: Document) -> str:
    """Return the whole page; its policy forbids the browser every request.

    What is written by others (ids, notes, reasons) is text in it, never markup.
    """
    style, script = (files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    head = element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("meta", {"name": "robots", "content": "noindex"}),
        element("title", None, f"{headline(document)} {document.title}"),
        element("style", None, Markup(style)),
    )
    body = element(
        "body",
        None,
        element("a", {"class": "skip", "href": "#problems"}, "To the rows that need somebody"),
        _header(document),
        element(
            "main",
            None,
            _outcomes(document),
            element("div", {"class": "two"}, _needs(document), _money(document)),
            charts(document),
            problems(document),
            read_back(document),
            _facts(document),
            _jobs(document),
        ),
        _footer(document),
        element("script", None, Markup(script)),
    )
    return f"<!doctype html>\n{element('html', {'lang': 'en'}, head, body)}\n"


def headline(document: Document) -> str:
    """Say in one sentence whether it worked."""
    counts = document.counts
    there = counts[Standing.APPLIED] + counts[Standing.ALREADY_APPLIED]
    if counts[Standing.UNKNOWN]:
        return f"{plural(counts[Standing.UNKNOWN], 'row is', 'rows are')} in doubt."
    if document.verdict is Verdict.IN_DOUBT:
        return f"{plural(document.unshown, 'entry is', 'entries are')} not shown as asked for."
    if document.verdict is Verdict.UNFINISHED:
        return "It ended before it was done."
    if document.verdict is Verdict.REJECTED:
        return f"Done, but {plural(counts[Standing.REJECTED], 'row was', 'rows were')} rejected."
    return "Everything is applied." if there else "There was nothing to do."


def lead(document: Document) -> str:
    """Say in a sentence or two what that means."""
    counts = document.counts
    there = counts[Standing.APPLIED] + counts[Standing.ALREADY_APPLIED]
    are = "is" if there == 1 else "are"
    said = [f"{count(there)} of {plural(document.rows, 'row')} {are} at the provider."]
    if document.unshown:
        by_answer = f"By its answers {count(there)} of {plural(document.rows, 'row')} {are} at the provider;"
        said = [f"{by_answer} reading back did not show {plural(document.unshown, 'entry', 'entries')} so."]
    if counts[Standing.UNKNOWN]:
        said.append("A row in doubt may have happened or not: look before anything is repeated by hand.")
    if counts[Standing.REJECTED]:
        said.append("A rejected row had no effect.")
    if document.verdict is Verdict.UNFINISHED or counts[Standing.NOT_ATTEMPTED]:
        said.append("Run the same input again: it does what is left, and nothing twice.")
    return " ".join(said)


def _policy(style: str, script: str) -> str:
    """Forbid everything but this one style and this one script, named by their digests."""
    named = [b64encode(sha256(each.encode()).digest()).decode() for each in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{named[0]}'; script-src 'sha256-{named[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _header(document: Document) -> Markup:
    kind, glyph = _SIGNS[document.verdict]
    sign = element(
        "svg",
        {"class": f"sign {kind}", "viewBox": "0 0 47 47", "aria-hidden": "true"},
        element("circle", {"cx": 23.5, "cy": 23.5, "r": 23.5}),
        element("path", {"class": "glyph", "d": glyph}),
    )
    over = [
        element("b", None, document.title),
        element("span", None, f"{document.provider}, account {document.account}"),
        element("span", None, moment(document.began_at)),
    ]
    return element(
        "header",
        None,
        element("p", {"class": "over"}, over),
        element(
            "div",
            {"class": "verdict"},
            sign,
            element("h1", None, headline(document)),
            element("p", {"class": "lead"}, lead(document)),
        ),
    )


def _outcomes(document: Document) -> Markup:
    counts = document.counts
    shown = [each for each in Standing if counts[each] or each is not Standing.NOT_ATTEMPTED]
    words = ", ".join(f"{count(counts[each])} {word(each)}" for each in shown)
    at = 0.0
    parts = []
    for standing in Standing:
        if not counts[standing]:
            continue
        # A single row among a million stays visible.
        wide = max(0.4, counts[standing] / document.rows * 100)
        place = {"x": f"{at:.3f}%", "width": f"{wide:.3f}%", "y": 0, "height": 22}
        title = element("title", None, f"{count(counts[standing])} {word(standing)}")
        parts.append(element("rect", {"class": f"k-{standing.name.lower()}", **place}, title))
        at += wide
    stack = element(
        "svg",
        {"class": "stack", "width": "100%", "height": 22, "role": "img", "aria-label": f"Outcomes: {words}"},
        parts,
    )
    legend = [
        element(
            "li",
            {"class": None if counts[each] else "zero"},
            element("span", {"class": "n"}, count(counts[each])),
            element(
                "span",
                {"class": "w"},
                element("span", {"class": f"key k-{each.name.lower()}", "aria-hidden": "true"}),
                word(each),
            ),
        )
        for each in shown
    ]
    return element(
        "section",
        {"class": "outcomes", "aria-label": "Outcomes"},
        stack,
        element("ul", {"class": "legend"}, legend),
    )


def _needs(document: Document) -> Markup:
    rows = [
        element(
            "li",
            None,
            element("span", {"class": "n"}, count(step.rows)),
            element(
                "span",
                None,
                element(
                    "span",
                    {"class": "t tag"},
                    element("span", {"class": f"key k-{step.standing.name.lower()}", "aria-hidden": "true"}),
                    word(step.standing),
                ),
                step.text,
                _lines_left(document) if step.standing is Standing.NOT_ATTEMPTED else None,
            ),
        )
        for step in document.steps
    ]
    early = [element("p", {"class": "early-end"}, f"It ended early. {each}.") for each in document.early_ends]
    if document.unread != 0:
        left = "The rest" if document.unread is None else plural(document.unread, "further row")
        early.append(element("p", {"class": "nothing"}, f"{left} of the input was never read."))
    if not rows:
        todo = element("p", {"class": "nothing"}, "Nothing. No row was rejected, and none is in doubt.")
        return element("section", None, element("h2", None, "What needs you"), early or todo)
    more = ""
    if document.problems_left_out:
        more = f"These are the rows listed below; {count(document.problems_left_out)} more are only counted."
    return element(
        "section",
        None,
        element("h2", None, "What needs you"),
        early,
        element("ul", {"class": "todo"}, rows),
        element("p", {"class": "nothing"}, more) if more else None,
    )


def _lines_left(document: Document) -> Markup | None:
    parts = [(each.name, each.left) for each in document.sections if each.left]
    if not parts:
        return None
    has_many = len(document.sections) > 1
    said = "; ".join(f"{name}, {left}" if has_many else left for name, left in parts)
    cut = f" {said[:1].upper()}{said[1:_MOST_RANGES]}"
    return element("span", {"class": "more"}, cut + ("…" if len(said) > _MOST_RANGES else "."))


def _money(document: Document) -> Markup:
    sums = document.money
    if not sums:
        words = "These rows carry no payments: no money was recorded, and none was moved."
        return _section("What happened to the money", element("p", {"class": "nothing"}, words))
    said = {
        Standing.APPLIED: "recorded now",
        Standing.ALREADY_APPLIED: "recorded before",
        Standing.REJECTED: "not recorded: rejected",
        Standing.UNKNOWN: "in doubt",
        Standing.NOT_ATTEMPTED: "not attempted",
    }
    lines = []
    for standing in Standing:
        amounts = sums.get(standing, ())
        if not amounts and standing in {Standing.ALREADY_APPLIED, Standing.NOT_ATTEMPTED}:
            continue
        shown = [element("span", None, money(each)) for each in amounts] or "none"
        cell = element("td", {"class": "num" if amounts else "num zero"}, shown)
        name = element(
            "span",
            {"class": "tag"},
            element("span", {"class": f"key k-{standing.name.lower()}", "aria-hidden": "true"}),
            said[standing],
        )
        lines.append(element("tr", None, element("th", {"scope": "row"}, name), cell))
    heads = [_column("Payments"), _column("Amount", is_number=True)]
    table = element(
        "table",
        None,
        element("caption", None, "Each payment counts once, however often its row stands in the input."),
        element("thead", None, element("tr", None, heads)),
        element("tbody", None, lines),
    )
    return _section("What happened to the money", element("div", {"class": "scroll"}, table))


def _facts(document: Document) -> Markup:
    usage = document.usage
    pairs = [
        ("Took", span(usage.seconds)),
        ("Requests", count(usage.requests)),
        ("Repeats among them", count(usage.retries)),
        ("Answered 429", count(usage.rate_limited)),
    ]
    if usage.share_of_rate is not None:
        pairs.append(("Of the allowed rate", f"{usage.share_of_rate:.0%}"))
    if usage.began_per_second is not None:
        pairs.append(("Began at, found by an earlier run", f"{usage.began_per_second:.3g}/s"))
    if usage.learned_per_second is not None:
        pairs.append(("Found to be allowed", f"{usage.learned_per_second:.3g}/s"))
    if usage.part_of_rate < 1:
        pairs.append(("Of the rate, beside others", f"{usage.part_of_rate:.0%}"))
    latency = document.latency
    for name, part in (("Median answer", 0.5), ("99 of 100 answers", 0.99)):
        value = latency.quantile(part)
        if value is not None:
            pairs.append((name, span(value)))
    facts = [
        element("div", None, element("dt", None, name), element("dd", None, value)) for name, value in pairs
    ]
    return _section("What it cost", element("dl", {"class": "facts"}, facts))


def _jobs(document: Document) -> Markup | None:
    if len(document.sections) < 2:
        return None
    shown = list(Standing)
    heads = [
        element("th", {"scope": "col", "class": "num"}, each) for each in ("rows", *(s.value for s in shown))
    ]
    lines = [
        element(
            "tr",
            None,
            element("th", {"scope": "row"}, section.name),
            element("td", {"class": "num"}, count(section.report.rows)),
            [_number(section.report.count(each)) for each in shown],
        )
        for section in document.sections
    ]
    counts = document.counts
    total = element(
        "tr",
        None,
        element("th", {"scope": "row"}, "all"),
        element("td", {"class": "num"}, count(document.rows)),
        [_number(counts[each]) for each in shown],
    )
    table = element(
        "table",
        None,
        element("thead", None, element("tr", None, element("th", {"scope": "col"}, "Job"), heads)),
        element("tbody", None, lines),
        element("tfoot", None, total),
    )
    return _section("Job by job", element("div", {"class": "scroll"}, table))


def _column(name: str, *, is_number: bool = False) -> Markup:
    return element("th", {"scope": "col", "class": "num" if is_number else None}, name)


def _number(number: int) -> Markup:
    return element("td", {"class": "num" if number else "num zero"}, count(number))


def _footer(document: Document) -> Markup:
    counts = document.counts
    sum_shown = " + ".join(f"{count(counts[each])} {word(each)}" for each in Standing)
    return element(
        "footer",
        None,
        element(
            "p",
            None,
            f"Every row that was read stands in exactly one count: {sum_shown} = {count(document.rows)}.",
        ),
        [element("p", None, "Every row: ", element("code", None, path)) for path in _rows_files(document)],
        element("p", None, f"Written by invoicekit {__version__}, {moment(document.ended_at)}."),
    )


def _rows_files(document: Document) -> Iterator[str]:
    for section in document.sections:
        if section.rows_file is not None:
            yield section.rows_file


def _section(title: str, *children: object) -> Markup:
    return element("section", None, element("h2", None, title), joined(children))
