"""The page's charts, each with the figures it is drawn from."""

from collections.abc import Sequence

from invoicekit.report.chart import Step, latency_chart, pace_chart, rows_chart, steps
from invoicekit.report.document import Document
from invoicekit.report.figures import count, limit, plural, rate, span
from invoicekit.report.markup import Markup, element

_MOST_FIGURES = 24


def charts(document: Document) -> Markup | None:
    """Draw pace and latency; nothing where nothing was sent."""
    samples = document.samples
    length = _length(document)
    stretches = steps(samples, seconds=length)
    shown = []
    if stretches and any(each.requests for each in stretches):
        shown.append(_pace(document, stretches, length))
    if document.latency.answers:
        shown.append(_latency(document))
    return element("div", {"class": "two"}, shown) if shown else None


def _length(document: Document) -> float:
    began, ended = document.began_at, document.ended_at
    apart = 0.0 if began is None or ended is None else (ended - began).total_seconds()
    # The wall clock may have been set meanwhile; the jobs' own time cannot run back.
    return max(apart, document.usage.seconds, 0.001)


def _pace(document: Document, stretches: Sequence[Step], length: float) -> Markup:
    usage = document.usage
    mean = usage.requests / max(usage.seconds, 0.001)
    limits = [each.limit for each in stretches if each.limit is not None]
    against = f", of {limit(limits[-1])} allowed" if limits else ""
    said = f"{rate(mean)} a second on average{against}."
    if usage.rate_limited:
        said += f" {count(usage.rate_limited)} answered 429."
    if document.pauses:
        # One that was cut off lasted no longer than the job.
        held = sum(max(0.0, min(each.seconds, length - each.start_seconds)) for each in document.pauses)
        said += f" {plural(len(document.pauses), 'pause')} by the provider, {span(held)} in all."
    keys = [_key("requests", "requests")]
    if document.pauses:
        keys.append(_key("pause", "paused by the provider"))
    if usage.rate_limited:
        keys.append(_key("refused", "answers 429"))
    rows = sum(each.rows for each in stretches)
    return element(
        "section",
        None,
        element(
            "figure",
            None,
            element(
                "figcaption",
                None,
                element("h2", None, "Requests against the limit"),
                element("p", None, said),
            ),
            pace_chart(stretches, document.pauses, name=f"Requests a second over {span(length)}. {said}"),
            element("ul", {"class": "keys"}, keys) if len(keys) > 1 else None,
        ),
        element(
            "figure",
            None,
            element(
                "figcaption",
                None,
                element("p", None, f"Rows that ended, a second: {rate(rows / length)} on average."),
            ),
            rows_chart(stretches, name=f"Rows a second over {span(length)}"),
        ),
        _figures(document, length),
    )


def _figures(document: Document, length: float) -> Markup:
    stretches = steps(document.samples, seconds=length, most=_MOST_FIGURES)
    heads = ("from", "to", "requests", "rows", "429")
    lines = [
        element(
            "tr",
            None,
            [
                element("td", {"class": "num"}, each)
                for each in (
                    span(one.begin) if one.begin else "0",
                    span(one.end),
                    count(one.requests),
                    count(one.rows),
                    count(one.refused),
                )
            ],
        )
        for one in stretches
    ]
    return element(
        "details",
        None,
        element("summary", None, "The figures behind it"),
        element(
            "table",
            None,
            element(
                "thead",
                None,
                element(
                    "tr", None, [element("th", {"scope": "col", "class": "num"}, each) for each in heads]
                ),
            ),
            element("tbody", None, lines),
        ),
    )


def _latency(document: Document) -> Markup:
    latency = document.latency
    said = (
        f"{plural(latency.answers, 'answer')}; half of them within {span(latency.quantile(0.5) or 0.0)}, "
        f"the slowest after {span(latency.longest_seconds)}."
    )
    return element(
        "section",
        None,
        element(
            "figure",
            None,
            element(
                "figcaption",
                None,
                element("h2", None, "How long answers took"),
                element("p", None, said),
            ),
            latency_chart(latency, name=f"Answers by how long they took. {said}"),
        ),
    )


def _key(kind: str, word: str) -> Markup:
    swatch = element("span", {"class": f"swatch s-{kind}", "aria-hidden": "true"})
    return element("li", None, swatch, word)
