"""Which requests go wrong."""

from collections import Counter

import pytest

from invoicekit.simulate import Call, Fault, FaultKind, FaultPlan, FaultSource


def call(operation: str, *, method: str = "POST", path: str = "/words", body: bytes = b"") -> Call:
    return Call(operation=operation, method=method, path=path, params={}, query={}, headers={}, body=body)


def strikes(plan: FaultPlan, calls: list[Call]) -> list[FaultKind | None]:
    source = FaultSource(plan)
    faults = [source.draw(one, is_write=one.method != "GET") for one in calls]
    return [None if fault is None else fault.kind for fault in faults]


def test_a_scripted_fault_strikes_the_nth_matching_request() -> None:
    """Other operations do not count."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.LATE, at="pay", nth=2)])

    struck = strikes(plan, [call("pay"), call("list"), call("pay"), call("pay")])

    assert struck == [None, None, FaultKind.LATE, None]


def test_a_scripted_fault_can_strike_several_times() -> None:
    """`times` counts requests in a row; None never ends."""
    twice = FaultPlan.scripted([Fault(kind=FaultKind.LATE, at="pay", times=2)])
    forever = FaultPlan.scripted([Fault(kind=FaultKind.LATE, at="pay", nth=2, times=None)])

    assert strikes(twice, [call("pay")] * 3) == [FaultKind.LATE, FaultKind.LATE, None]
    assert strikes(forever, [call("pay")] * 4) == [None, *[FaultKind.LATE] * 3]


def test_a_scripted_fault_is_addressed_by_verb_and_path() -> None:
    """So that one invoice's payments can fail, and no other's."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.GARBAGE, at="POST */invoices/7/*", times=None)])

    struck = strikes(
        plan,
        [call("pay", path="/x/invoices/7/payments"), call("pay", path="/x/invoices/8/payments")],
    )

    assert struck == [FaultKind.GARBAGE, None]


def test_a_scripted_fault_is_addressed_by_content() -> None:
    """So that one payment can fail, told by its note."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.GARBAGE, containing="bank-2")])

    assert strikes(plan, [call("pay", body=b"bank-1"), call("pay", body=b"bank-2")]) == [
        None,
        FaultKind.GARBAGE,
    ]


def test_of_two_scripted_faults_the_first_wins() -> None:
    """Both count the request."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.LATE), Fault(kind=FaultKind.GARBAGE, times=2)])

    assert strikes(plan, [call("pay"), call("pay")]) == [FaultKind.LATE, FaultKind.GARBAGE]


def test_a_plan_holds_no_state() -> None:
    """Two simulators with one plan fail in the same way."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.LATE)])

    assert strikes(plan, [call("pay")]) == strikes(plan, [call("pay")]) == [FaultKind.LATE]


def test_the_same_seed_gives_the_same_faults() -> None:
    """A failing run can be repeated."""
    calls = [call("pay")] * 400

    assert strikes(FaultPlan.profile("demo", 7), calls) == strikes(FaultPlan.profile("demo", 7), calls)


def test_another_seed_gives_other_faults() -> None:
    """Otherwise several seeds would prove no more than one."""
    calls = [call("pay")] * 400

    assert strikes(FaultPlan.profile("demo", 7), calls) != strikes(FaultPlan.profile("demo", 8), calls)


def test_other_operations_do_not_move_a_fault() -> None:
    """Where faults strike hardly depends on how concurrent calls interleave."""
    plan = FaultPlan.profile("demo", 3)
    alone = strikes(plan, [call("pay")] * 200)
    mixed = strikes(plan, [call("pay"), call("list", method="GET")] * 200)[::2]

    assert [kind is None for kind in alone] == [kind is None for kind in mixed]


def test_the_demo_shows_each_of_its_kinds_early() -> None:
    """200 writes of one operation and of two more meet every kind that the demo promises."""
    calls = [call(operation) for operation in ("pay", "mark", "status") for _ in range(200)]

    struck = set(strikes(FaultPlan.profile("demo", 1), calls)) - {None}

    assert struck == {
        FaultKind.THROTTLE,
        FaultKind.THROTTLE_RETRY_AFTER,
        FaultKind.THROTTLE_EMPTY,
        FaultKind.ERROR_BEFORE,
        FaultKind.ERROR_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.SLOW_BODY,
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_demo_is_moderate(seed: int) -> None:
    """2 to 4 % of writes and about 1 % of reads are hit, so that a run still ends in time."""
    plan = FaultPlan.profile("demo", seed)
    writes = Counter(strikes(plan, [call("pay")] * 2000))
    reads = Counter(strikes(plan, [call("list", method="GET")] * 2000))

    assert 0.02 <= 1 - writes[None] / 2000 <= 0.04
    assert 0.005 <= 1 - reads[None] / 2000 <= 0.015


def test_the_demo_pauses_for_one_second() -> None:
    """A seeded Retry-After is 1 s."""
    source = FaultSource(FaultPlan.profile("demo", 1))
    drawn = [source.draw(call("pay"), is_write=True) for _ in range(2000)]

    assert {fault.retry_after for fault in drawn if fault and fault.kind.is_throttle} == {"1"}


def test_the_storm_holds_everything_that_ends() -> None:
    """Stalls are left out, since they outlast any patience; and replays, which no client can prevent."""
    struck = set(strikes(FaultPlan.profile("storm", 1), [call("pay")] * 40))

    assert struck - {None} == set(FaultKind) - {
        FaultKind.STALL_BEFORE,
        FaultKind.STALL_AFTER,
        FaultKind.REPLAY,
    }


def test_no_profile_no_faults() -> None:
    """`none` means none."""
    assert set(strikes(FaultPlan.profile("none"), [call("pay")] * 500)) == {None}


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    """A misspelt profile must not run without faults."""
    with pytest.raises(ValueError, match="no fault profile 'strom'; there are none, demo, storm"):
        FaultPlan.profile("strom")
