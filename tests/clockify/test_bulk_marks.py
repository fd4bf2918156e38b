"""Many marks, some of them for entries that the workspace does not have."""

from clockify_desk import opened

from invoicekit.bulk import BulkJob, Standing


async def test_entries_it_does_not_know_cost_two_requests_a_batch() -> None:
    """One read and one write more for each batch that holds some, counted apart; only they are rejected."""
    async with opened() as desk:
        desk.simulator.populate({"time_entries": 2000})
        ids = [entry.id for entry in desk.simulator.ledger.entries()]
        strangers = [f"65f0c0ffee00000000ff{number:04x}" for number in range(7)]
        for number, stranger in enumerate(strangers):
            ids.insert(40 + number * 60, stranger)

        report = await BulkJob.mark_time_entries(ids).finish(desk.service)

        bad_batches = len({ids.index(stranger) // 200 for stranger in strangers})
        assert sorted(problem.id for problem in report.problems) == strangers
        assert report.count(Standing.APPLIED) == len(ids) - len(strangers)
        assert sum(entry.invoiced for entry in desk.simulator.ledger.entries()) == 2000
        assert report.usage.reads == bad_batches
        assert report.usage.requests - report.usage.reads == 11 + bad_batches
