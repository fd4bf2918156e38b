"""The page's part on what was read back."""

from invoicekit.bulk import Unverified, Verification
from invoicekit.report.document import Document, Section
from invoicekit.report.figures import count, plural
from invoicekit.report.markup import Markup, element


def read_back(document: Document) -> Markup | None:
    """Say what reading back showed, and list what is not as it was asked to be; None where nobody looked."""
    checked = [(each, found) for each in document.sections if (found := each.report.verification)]
    if not checked:
        return None
    has_jobs = len(document.sections) > 1
    said = [
        element("p", None, f"{section.name}: {_sentence(found)}" if has_jobs else _sentence(found))
        for section, found in checked
    ]
    listed = [(section, each) for section, found in checked for each in found.problems]
    return element(
        "section",
        {"class": "problems"},
        element("h2", None, "Read back"),
        said,
        _table(listed, has_jobs=has_jobs) if listed else None,
    )


def _sentence(found: Verification) -> str:
    shown = f"{count(found.verified)} of {plural(found.entries, 'entry', 'entries')}"
    parts = [f"{shown} shown as asked for, by {plural(found.reads, 'request')}."]
    if found.settled:
        parts.append(f"{plural(found.settled, 'row')} of them had been in doubt.")
    if found.failure:
        parts.append(f"Not everything could be read: {found.failure}.")
    if found.problems_left_out:
        parts.append(f"{count(found.problems_left_out)} more that are not shown so are only counted.")
    return " ".join(parts)


def _table(listed: list[tuple[Section, Unverified]], *, has_jobs: bool) -> Markup:
    heads = [*(["Job"] if has_jobs else []), "Id", "What is shown"]
    lines = [
        element(
            "tr",
            None,
            element("td", {"class": "job", "data-label": "Job"}, section.name) if has_jobs else None,
            element("td", {"class": "id", "data-label": "Id"}, each.id),
            element("td", {"class": "why"}, each.reason),
        )
        for section, each in listed
    ]
    table = element(
        "table",
        None,
        element("caption", None, "Entries that are not shown as they were asked to be."),
        element(
            "thead", None, element("tr", None, [element("th", {"scope": "col"}, each) for each in heads])
        ),
        element("tbody", None, lines),
    )
    return element("div", {"class": "scroll"}, table)
