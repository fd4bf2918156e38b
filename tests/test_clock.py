"""Clocks: monotonic, aware, and under the loop's own time where asked."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from invoicekit.clock import Clock, LoopClock, SystemClock


@pytest.mark.parametrize("clock", [SystemClock(), LoopClock()])
async def test_monotonic_never_goes_back(clock: Clock) -> None:
    """Deadlines are counted on it."""
    readings = [clock.monotonic() for _ in range(1000)]

    assert readings == sorted(readings)


@pytest.mark.parametrize("clock", [SystemClock(), LoopClock()])
async def test_now_is_aware_and_in_utc(clock: Clock) -> None:
    """Every instant inside is UTC."""
    assert clock.now().tzinfo is UTC


def test_the_system_clock_tells_the_machines_time() -> None:
    """The wall clock is the machine's own."""
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)


def test_the_system_clock_counts_as_the_machine_does() -> None:
    """Its monotonic seconds are comparable with the event loop's."""
    before = time.monotonic()

    reading = SystemClock().monotonic()

    assert before <= reading <= time.monotonic()


@pytest.mark.looptime(start=100)
async def test_the_loop_clock_follows_virtual_time() -> None:
    """Under a virtual-time loop an hour passes at once, on both of its faces."""
    clock = LoopClock(start=datetime(2026, 1, 1, tzinfo=UTC))
    began, wall = clock.monotonic(), clock.now()

    await clock.sleep(3600)

    assert clock.monotonic() - began == pytest.approx(3600)
    assert clock.now() - wall == timedelta(hours=1)


@pytest.mark.looptime
async def test_the_system_clock_sleeps_on_the_loop() -> None:
    """Its sleep gives way to other tasks, and passes at once under virtual time."""
    began = time.monotonic()

    await SystemClock().sleep(3600)

    assert time.monotonic() - began < 60
