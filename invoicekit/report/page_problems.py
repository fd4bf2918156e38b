"""The page's list of rows that need somebody."""

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk import PaymentRow
from invoicekit.report.advice import next_step
from invoicekit.report.document import Document, Section
from invoicekit.report.figures import count, money, word
from invoicekit.report.markup import Markup, element

_RANK = {Standing.UNKNOWN: 0, Standing.REJECTED: 1}
_MOST_CHARACTERS = 400


def problems(document: Document) -> Markup:
    """List every row in doubt and every rejected one, up to the report's bound; the rest is only counted."""
    listed = document.problems
    heading = element("h2", {"id": "problems"}, "Row by row: rejected and in doubt")
    if not listed:
        nothing = element("p", {"class": "nothing"}, "No row. There is nothing to list.")
        return element("section", None, heading, nothing)
    has_jobs = len(document.sections) > 1
    has_money = any(isinstance(outcome.payload, PaymentRow) for _, outcome in listed)
    heads = ["Line", "Id", "Outcome", "Why", "What to do"]
    if has_money:
        heads.insert(2, "Amount")
    if has_jobs:
        heads.insert(0, "Job")
    table = element(
        "table",
        {"id": "problem-table"},
        element("caption", None, "Those in doubt first, then the rejected ones."),
        element("thead", None, element("tr", None, [_head(each) for each in heads])),
        element(
            "tbody",
            None,
            [_line(section, each, has_jobs=has_jobs, has_money=has_money) for section, each in listed],
        ),
    )
    search = element(
        "div",
        {"class": "tools", "id": "tools", "hidden": True},
        element(
            "label",
            {"for": "search"},
            "Search these rows",
            element("input", {"id": "search", "type": "search", "autocomplete": "off"}),
        ),
        element("output", {"id": "shown", "for": "search"}),
    )
    more = _more(document)
    return element(
        "section",
        {"class": "problems"},
        heading,
        search,
        element("div", {"class": "scroll"}, table),
        element("p", {"class": "more"}, more) if more else None,
    )


def _more(document: Document) -> str:
    left_out = document.problems_left_out
    if not left_out:
        return ""
    files = [section.rows_file for section in document.sections if section.rows_file is not None]
    where = f"every row stands in {', '.join(files)}" if files else "run with --rows-out to have every row"
    return f"… and {count(left_out)} more that are not listed here: {where}."


def _head(name: str) -> Markup:
    return element("th", {"scope": "col", "class": "num" if name in {"Line", "Amount"} else None}, name)


def _line(section: Section, outcome: ItemOutcome[object], *, has_jobs: bool, has_money: bool) -> Markup:
    standing = outcome.standing
    tag = element(
        "span",
        {"class": "tag"},
        element("span", {"class": f"key k-{standing.name.lower()}", "aria-hidden": "true"}),
        word(standing),
    )
    amount = outcome.payload.amount if isinstance(outcome.payload, PaymentRow) else None
    cells = [
        element("td", {"class": "job", "data-label": "Job"}, section.name) if has_jobs else None,
        element("td", {"class": "num", "data-label": "Line"}, _place(section, outcome.position)),
        element("td", {"class": "id"}, _cut(outcome.id)),
        element("td", {"class": "num"}, "" if amount is None else money(amount)) if has_money else None,
        element("td", {"data-key": str(_RANK[standing])}, tag),
        element("td", {"class": "why"}, _cut(outcome.reason)),
        element("td", {"class": "step"}, next_step(outcome, section.report.places)),
    ]
    return element("tr", None, cells)


def _place(section: Section, position: int) -> str:
    places = section.report.places
    return str(position) if places is None or not places.is_several else places.word(position)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
