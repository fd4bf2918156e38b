"""Watch a job while it runs: its pace, its pauses, how long answers take."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import attrs

from invoicekit.batch import Meter, Progress, RateUse, Standing
from invoicekit.bulk.latency import Latency, LatencyCount
from invoicekit.bulk.timeline import Pause, Sample, Timeline
from invoicekit.channel import ChannelStats
from invoicekit.clock import Clock
from invoicekit.events import Event, Paused, RateLimitHit, RequestSent, ResponseReceived


@attrs.frozen(kw_only=True)
class Course:
    """How a job went over its time; other calls of the same service count, too.

    Attributes:
        began_at: In UTC; None where it never began.
        ended_at: In UTC.
        samples: Stretches of equal length, without a gap; at most 240.
        pauses: Those the provider asked for.
        latency: How long answers took.
    """

    began_at: datetime | None = None
    ended_at: datetime | None = None
    samples: tuple[Sample, ...] = ()
    pauses: tuple[Pause, ...] = ()
    latency: Latency = attrs.field(factory=Latency)


class Recorder:
    """Takes what a job and its service's hooks tell, in bounded memory."""

    def __init__(
        self, clock: Clock, *, stats: Callable[[], ChannelStats], limits: Callable[[], RateUse]
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._meter = Meter(clock, stats=stats, limits=limits)
        self._timeline = Timeline()
        self._latency = LatencyCount()
        self._began: float | None = None
        self._began_at: datetime | None = None
        self._ended_at: datetime | None = None
        self._resumes: float | None = None

    def start(self) -> None:
        """Let the job's time begin."""
        self._began = self._clock.monotonic()
        self._began_at = self._clock.now()
        self._meter.start()

    def end(self) -> None:
        """Let the job's time end."""
        self._ended_at = self._clock.now()

    def row(self) -> None:
        """Count a row that ended."""
        self._timeline.add(self._since(), rows=1)

    def hook(self, event: Event) -> None:
        """Take a record of the service's."""
        if isinstance(event, RequestSent):
            self._timeline.add(self._since(), requests=1, limit=self._limits().allowed_rate)
        elif isinstance(event, ResponseReceived):
            self._latency.add(event.seconds)
        elif isinstance(event, RateLimitHit):
            self._timeline.add(self._since(), refused=1)
        elif isinstance(event, Paused):
            self.pause(event.seconds)

    def pause(self, seconds: float) -> None:
        """Note that sending goes on only after so many seconds."""
        self._timeline.pause(self._since(), seconds)
        self._resumes = max(self._resumes or 0.0, self._clock.monotonic() + seconds)

    @property
    def pause_left(self) -> float:
        """Seconds until a pause ends; 0 while there is none."""
        return 0.0 if self._resumes is None else max(0.0, self._resumes - self._clock.monotonic())

    def is_due(self) -> bool:
        """Tell whether it is time to tell of progress again."""
        return self._meter.is_due()

    def look(self, *, rows: int, counts: Mapping[Standing, int], total: int | None) -> Progress:
        """Measure now."""
        progress = self._meter.look(rows=rows, counts=counts, total=total)
        if progress.paused_seconds > self.pause_left:
            self.pause(progress.paused_seconds)  # a spent budget, which no event tells of
        left = self.pause_left
        if left <= progress.paused_seconds:
            return progress
        # A pause that the limiter does not hold: the job itself waits before it asks again.
        return attrs.evolve(
            progress, paused_seconds=left, resumes_at=self._clock.now() + timedelta(seconds=left)
        )

    def course(self) -> Course:
        """Return how it went so far."""
        return Course(
            began_at=self._began_at,
            ended_at=self._ended_at,
            samples=self._timeline.samples(),
            pauses=self._timeline.pauses(),
            latency=self._latency.snapshot(),
        )

    def _since(self) -> float:
        return 0.0 if self._began is None else self._clock.monotonic() - self._began
