"""Removals that break the promise to keep the provider's limits, and to use them."""

from removal import Removal

_LIMITER, _CONTROL, _CONNECTION = "channel/limiter", "channel/adaptive", "service/connection"
_LIMITER_TESTS, _LEARNED = ("tests/channel/test_limiter.py",), ("tests/channel/test_learned.py",)
_LEARNED_IN_SERVICE = ("tests/service/test_learned_rate.py",)
_RATE = (
    (
        "a refusal teaches the limiter",
        "channel/call",
        "limiter.refused(granted_at, refusal.retry_after)",
        "pass",
        ("tests/channel/test_sending.py",),
    ),
    (
        "a long Retry-After stops the whole key",
        _LIMITER,
        "self._pause(now, now + retry_after)",
        "pass",
        _LIMITER_TESTS,
    ),
    (
        "a second of Retry-After stops nobody else",
        _LIMITER,
        "if retry_after is not None and _SHORT_PAUSE_SECONDS < retry_after <= LONGEST_BELIEVED_SECONDS:",
        "if retry_after is not None and retry_after <= LONGEST_BELIEVED_SECONDS:",
        _LIMITER_TESTS,
    ),
    (
        "a deadline within the pause is told at once",
        _LIMITER,
        "if deadline_at is not None and free_at > deadline_at:",
        "if False:",
        _LIMITER_TESTS,
    ),
    (
        "those in line are told of a pause",
        _LIMITER,
        "waiter.slot.set_exception(_too_late(until - now))",
        "pass",
        _LIMITER_TESTS,
    ),
    (
        "a slot granted to somebody who left is given back",
        _LIMITER,
        "            self._give_back()",
        "            pass",
        ("tests/channel/test_line.py", *_LIMITER_TESTS),
    ),
    (
        "interactive calls go first",
        _LIMITER,
        "line = self._interactive if lane is Lane.INTERACTIVE else self._bulk",
        "line = self._bulk",
        ("tests/service/test_lanes.py",),
    ),
    ("the hour's budget is counted", _LIMITER, "log.take(now)", "pass", _LIMITER_TESTS),
    (
        "a bulk call waits a refusal out",
        "channel/retry",
        "if not (self._terms.is_bulk and isinstance(failure, RateLimited)):",
        "if True:",
        ("tests/channel/test_sending.py",),
    ),
    (
        "patience while refused calls still count",
        _CONTROL,
        "self._patient_until = now + _PATIENT_SECONDS",
        "self._patient_until = -math.inf",
        ("tests/channel/test_adaptive.py",),
    ),
    (
        "a limit that is well known is tried more seldom",
        _CONTROL,
        "self._probe_seconds * 2.0 if is_confirmed else _PROBE_SECONDS",
        "_PROBE_SECONDS",
        ("tests/channel/test_adaptive.py",),
    ),
    (
        "a belief out of date is given up",
        _CONTROL,
        "self._is_starting = self._aim > _OUTDATED_ABOVE * self.believed",
        "pass",
        ("tests/channel/test_adaptive.py",),
    ),
    (
        "what was found under other windows means nothing",
        _LIMITER,
        "if self._recalled is not None and self._recalled.windows == describe_windows(windows):",
        "if self._recalled is not None:",
        _LEARNED,
    ),
    (
        "a stated rate stays the ceiling of what was found",
        _CONTROL,
        "max(self._floor, min(rate, self._ceiling))",
        "rate",
        _LEARNED,
    ),
    (
        "a limit is kept when it is met",
        _CONNECTION,
        "limiter.tell_learned(self._keep_rate)",
        "pass",
        _LEARNED_IN_SERVICE,
    ),
    (
        "a month-old finding is forgotten",
        _CONNECTION,
        "if known is not None and known.is_current(self.clock.now()):",
        "if known is not None:",
        _LEARNED_IN_SERVICE,
    ),
)

OF_THE_RATE = tuple(
    Removal(name=name, path=f"invoicekit/{path}.py", line=line, without=without, tests=tests)
    for name, path, line, without, tests in _RATE
)
