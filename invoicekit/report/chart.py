"""Charts as SVG that stays sharp and readable at any width: shapes stretch, letters do not."""

from collections.abc import Iterable, Sequence

import attrs

from invoicekit.bulk import Latency, Pause, Sample
from invoicekit.report.figures import ceiling, count, limit, rate, span
from invoicekit.report.markup import Markup, element

_WIDE = 1000
_TOP = 18
_BOTTOM = 22
_MOST_STEPS = 120
_STEADY_SECONDS = 8.0


@attrs.frozen(kw_only=True)
class Step:
    """A stretch as it is drawn.

    Attributes:
        begin: Seconds from the first job's begin.
        end: Likewise.
    """

    begin: float
    end: float
    rows: int
    requests: int
    refused: int
    limit: float | None

    def per_second(self, number: int) -> float:
        """Spread a count over its seconds."""
        return number / max(self.end - self.begin, 1e-9)


def steps(samples: Sequence[Sample], *, seconds: float, most: int = _MOST_STEPS) -> tuple[Step, ...]:
    """Put samples together until there are few enough, each of a second at least where there is time.

    Args:
        seconds: When the last job ended; the last sample is no longer than that.
    """
    if not samples:
        return ()
    width = samples[0].seconds
    wanted = max(-(-len(samples) // most), 1)
    if seconds > _STEADY_SECONDS:
        wanted = max(wanted, round(1.0 / width) if width < 1.0 else 1)
    found = []
    for place in range(0, len(samples), wanted):
        part = samples[place : place + wanted]
        begin = part[0].start_seconds
        end = min(part[-1].start_seconds + part[-1].seconds, max(seconds, begin + width / 4))
        found.append(
            Step(
                begin=begin,
                end=end,
                rows=sum(each.rows for each in part),
                requests=sum(each.requests for each in part),
                refused=sum(each.refused for each in part),
                limit=part[-1].limit_per_second,
            )
        )
    if len(found) > 1 and found[-1].end - found[-1].begin < (found[0].end - found[0].begin) / 2:
        last, before = found.pop(), found.pop()
        found.append(
            Step(
                begin=before.begin,
                end=last.end,
                rows=before.rows + last.rows,
                requests=before.requests + last.requests,
                refused=before.refused + last.refused,
                limit=last.limit,
            )
        )
    return tuple(found)


def pace_chart(stretches: Sequence[Step], pauses: Sequence[Pause], *, name: str) -> Markup:
    """Draw requests a second over time, the limit, pauses and answers 429."""
    values = [each.per_second(each.requests) for each in stretches]
    limits = [each.limit for each in stretches if each.limit is not None]
    top = ceiling(max([*values, *limits, 0.0]) * 1.08)
    frame = _Frame(height=220, top=top, begin=0.0, end=stretches[-1].end)
    shapes = [
        element(
            "rect",
            {
                "class": "pause",
                "x": frame.x(each.start_seconds),
                "width": max(1.5, frame.x(each.start_seconds + each.seconds) - frame.x(each.start_seconds)),
                "y": 0,
                "height": frame.plot,
            },
            element("title", None, f"paused for {span(each.seconds)}"),
        )
        for each in pauses
    ]
    shapes += frame.area(stretches, values, "requests")
    if limits:
        shapes.append(frame.line([(each.begin, each.end, each.limit) for each in stretches], "limit"))
    shapes += [
        element(
            "rect",
            {
                "class": "refused",
                "x": frame.x(each.begin),
                "width": max(2, frame.x(each.end) - frame.x(each.begin)),
                "y": frame.plot - 5,
                "height": 5,
            },
            element("title", None, f"{count(each.refused)} answered 429"),
        )
        for each in stretches
        if each.refused
    ]
    labels = []
    if limits:
        labels.append(
            element(
                "text",
                {
                    "class": "mark limit-text",
                    "x": "100%",
                    "y": _TOP + frame.y(limits[-1]) - 5,
                    "text-anchor": "end",
                },
                f"limit {limit(limits[-1])}",
            )
        )
    return frame.drawn(shapes, labels, name=name, unit="/s")


def rows_chart(stretches: Sequence[Step], *, name: str) -> Markup:
    """Draw rows a second over time."""
    values = [each.per_second(each.rows) for each in stretches]
    frame = _Frame(height=130, top=ceiling(max([*values, 0.0]) * 1.08), begin=0.0, end=stretches[-1].end)
    return frame.drawn(frame.area(stretches, values, "rows"), [], name=name, unit="/s")


def latency_chart(latency: Latency, *, name: str) -> Markup:
    """Draw how many answers took how long; every bar is a quarter longer than the one before it."""
    bars = latency.bars()
    top = ceiling(max(answers for _, _, answers in bars) * 1.12)
    top = max(2.0, top + top % 2)  # half of it is a whole number of answers, too
    frame = _Frame(height=220, top=top, begin=0.0, end=float(len(bars)))
    shapes = [
        element(
            "rect",
            {
                "class": "column",
                "x": frame.x(place + 0.06),
                "width": frame.x(0.88),
                "y": frame.y(answers),
                "height": frame.plot - frame.y(answers),
            },
            element("title", None, f"up to {span(to)}: {count(answers)} answers"),
        )
        for place, (_, to, answers) in enumerate(bars)
        if answers
    ]
    labels = []
    for row, (word, part) in enumerate((("p50", 0.5), ("p95", 0.95), ("p99", 0.99))):
        value = latency.quantile(part)
        place = next((n for n, (_, to, _) in enumerate(bars) if value is not None and value <= to), None)
        if value is None or place is None:
            continue
        at = (place + 0.5) / len(bars)
        drop = f"M{at * _WIDE:.1f} {13 * row}V{frame.plot}"
        shapes.append(element("path", {"class": "quantile", "d": drop}))
        anchor, nudge = ("end", -4) if at > 0.7 else ("start", 4)
        labels.append(
            element(
                "text",
                {
                    "class": "mark",
                    "x": f"{at * 100:.2f}%",
                    "dx": nudge,
                    "y": _TOP + 9 + 13 * row,
                    "text-anchor": anchor,
                },
                f"{word} {span(value)}",
            )
        )
    ticks = sorted({0, len(bars) // 3, 2 * len(bars) // 3, len(bars)})
    edges = [bars[0][0], *(to for _, to, _ in bars)]
    marks = [(place / len(bars), span(edges[place])) for place in ticks]
    return frame.drawn(shapes, labels, name=name, unit="", marks=marks)


@attrs.frozen(kw_only=True)
class _Frame:
    height: int
    top: float
    begin: float
    end: float

    @property
    def plot(self) -> int:
        return self.height - _TOP - _BOTTOM

    def x(self, value: float) -> float:
        return round((value - self.begin) / max(self.end - self.begin, 1e-9) * _WIDE, 2)

    def y(self, value: float) -> float:
        return round(self.plot * (1 - min(value, self.top) / self.top), 2)

    def area(self, stretches: Sequence[Step], values: Sequence[float], kind: str) -> list[Markup]:
        outline = "".join(
            f"L{self.x(each.begin)} {self.y(value)}H{self.x(each.end)}"
            for each, value in zip(stretches, values, strict=True)
        )
        first, last = self.x(stretches[0].begin), self.x(stretches[-1].end)
        whole = f"M{first} {self.plot}{outline}L{last} {self.plot}Z"
        line = f"M{first} {self.y(values[0])}{outline}"
        return [
            element("path", {"class": f"area {kind}", "d": whole}),
            element("path", {"class": f"line {kind}", "d": line}),
        ]

    def line(self, parts: Iterable[tuple[float, float, float | None]], kind: str) -> Markup:
        drawn = ""
        for begin, end, value in parts:
            if value is not None:
                drawn += f"{'L' if drawn else 'M'}{self.x(begin)} {self.y(value)}H{self.x(end)}"
        return element("path", {"class": f"line {kind}", "d": drawn})

    def drawn(
        self,
        shapes: Iterable[Markup],
        labels: Iterable[Markup],
        *,
        name: str,
        unit: str,
        marks: Sequence[tuple[float, str]] = (),
    ) -> Markup:
        """Put grid, shapes and letters together; `name` is what a reader who cannot see it hears."""
        levels = [self.top, self.top / 2, 0.0]
        places_y = [_TOP + self.y(level) for level in levels]
        grid = [element("line", {"class": "grid", "x1": 0, "x2": "100%", "y1": y, "y2": y}) for y in places_y]
        heights = [
            element("text", {"class": "tick", "x": 0, "y": _TOP + self.y(level) - 5}, rate(level) + unit)
            for level in levels[:2]
        ]
        marks = marks or [(part, span(self.end * part) if part else "0") for part in (0.0, 0.5, 1.0)]
        places = [
            element(
                "text",
                {
                    "class": "tick",
                    "x": f"{part * 100:.2f}%",
                    "y": self.height - 5,
                    "text-anchor": "start" if part < 0.02 else "end" if part > 0.98 else "middle",
                },
                word,
            )
            for part, word in marks
        ]
        plot = element(
            "svg",
            {
                "x": 0,
                "y": _TOP,
                "width": "100%",
                "height": self.plot,
                "viewBox": f"0 0 {_WIDE} {self.plot}",
                "preserveAspectRatio": "none",
            },
            list(shapes),
        )
        return element(
            "svg",
            {"class": "chart", "width": "100%", "height": self.height, "role": "img", "aria-label": name},
            grid,
            plot,
            heights,
            list(labels),
            places,
        )
