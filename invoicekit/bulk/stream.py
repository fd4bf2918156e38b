"""A job as a stream of events, for whoever reads them at their own pace."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Protocol

from invoicekit.batch import ItemOutcome, Progress
from invoicekit.bulk.job_event import JobEvent, JobPaused, JobProgressed, JobResumed, RowEnded
from invoicekit.clock import Clock

_MOST_WAITING = 1000
_TICK_SECONDS = 0.25


class Told(Protocol):
    """What is told of."""

    def outcomes(self) -> AsyncGenerator[ItemOutcome[object], None]:
        """Run."""
        ...

    def progress(self) -> Progress:
        """Measure now."""
        ...

    @property
    def pause_left(self) -> float:
        """Seconds until a pause ends; 0 while there is none."""
        ...


async def told(job: Told, clock: Clock) -> AsyncGenerator[JobEvent, None]:
    """Run a job and yield what happens: each row's end, and how far it is four times a second.

    A reader that falls behind slows the job down: at most a thousand events wait. Whoever cancels or closes
    the stream cuts the job off before that returns.
    """
    waiting: asyncio.Queue[JobEvent | None] = asyncio.Queue(_MOST_WAITING)
    running = asyncio.create_task(_run(job, waiting))
    ticking = asyncio.create_task(_tick(job, clock, waiting))
    try:
        while (event := await waiting.get()) is not None:
            yield event
        await running  # raises what ended it
        yield JobProgressed(progress=job.progress())
    finally:
        running.cancel()
        ticking.cancel()
        await asyncio.gather(running, ticking, return_exceptions=True)


async def _run(job: Told, waiting: "asyncio.Queue[JobEvent | None]") -> None:
    try:
        async with aclosing(job.outcomes()) as outcomes:
            async for outcome in outcomes:
                await waiting.put(RowEnded(outcome=outcome))
    except asyncio.CancelledError:
        raise  # the reader has gone: nobody takes what would be put
    except BaseException:
        await waiting.put(None)
        raise
    await waiting.put(None)


async def _tick(job: Told, clock: Clock, waiting: "asyncio.Queue[JobEvent | None]") -> None:
    was_paused = False
    while True:
        await clock.sleep(_TICK_SECONDS)
        progress = job.progress()
        left = job.pause_left
        if left > 0 and not was_paused:
            resumes_at = clock.now() + timedelta(seconds=left)
            await waiting.put(JobPaused(seconds=left, resumes_at=resumes_at))
        elif was_paused and left <= 0:
            await waiting.put(JobResumed())
        was_paused = left > 0
        await waiting.put(JobProgressed(progress=progress))
