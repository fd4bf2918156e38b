"""One-line removals in bulk jobs: what keeps a job's cost and its second run in order."""

from removal import Removal

_STATE, _BATCH = "invoicekit/bulk/job_state.py", "invoicekit/batch/batch.py"

OF_BULK_JOBS = (
    Removal(
        name="the read that finds strangers in a refused batch",
        path=_BATCH,
        line="return part if unit.is_screened else await self._screened(unit, part)",
        without="return part",
        tests=("tests/batch/test_screen.py",),
    ),
    Removal(
        name="what an earlier run ended is not sent again",
        path=_BATCH,
        line="if first is None and item.earlier is not None:",
        without="if False:",
        tests=("tests/bulk/test_job_state.py",),
    ),
    Removal(
        name="writing on where the last whole line ended",
        path=_STATE,
        line="os.lseek(self._descriptor, good, os.SEEK_SET)",
        without="pass",
        tests=("tests/bulk/test_job_state.py",),
    ),
    Removal(
        name="a row with other content is not taken for done",
        path=_STATE,
        line="if known is None or known.standing is None or not known.is_same_as(item.content):",
        without="if known is None or known.standing is None:",
        tests=("tests/bulk/test_job_state.py",),
    ),
    Removal(
        name="one process at a job",
        path=_STATE,
        line="fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        without="pass",
        tests=("tests/bulk/test_job_state.py",),
    ),
    Removal(
        name="amounts are never guessed",
        path="invoicekit/bulk/dialect.py",
        line="if self._amount.fullmatch(text) is None:",
        without="if False:",
        tests=("tests/bulk/test_dialect.py",),
    ),
)
