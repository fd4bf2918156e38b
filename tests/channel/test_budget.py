"""An outage is not made worse by everybody repeating."""

from invoicekit.channel.budget import RetryBudget


def test_an_outage_costs_at_most_a_tenth_more() -> None:
    """Fifty failing calls a second for ten minutes: in every minute at most one repeat for ten calls."""
    budget = RetryBudget()
    spent = [0] * 10

    for tick in range(10 * 60 * 50):
        now = tick / 50
        budget.count_call()
        for _ in range(2):
            spent[int(now // 60)] += budget.spend(now)

    assert max(spent) <= 0.10 * 60 * 50
    assert min(spent) >= 0.08 * 60 * 50


def test_a_few_calls_may_always_be_repeated() -> None:
    """Somebody who calls now and then is not told that the budget is empty."""
    budget = RetryBudget()
    budget.count_call()

    assert [budget.spend(1.0) for _ in range(12)] == [True] * 10 + [False] * 2


def test_the_budget_comes_back() -> None:
    """A minute later the floor is there again."""
    budget = RetryBudget()
    for _ in range(11):
        budget.spend(1.0)

    assert not budget.spend(60.0)
    assert budget.spend(61.0)
