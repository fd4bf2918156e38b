"""The books seen from outside: every transaction is told, however it is made, and what shall fail fails."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from invoicekit.simulate import Moment, Step, StoreFault
from invoicekit_local.store import LocalStore

SCHEMA = "create table customer (id text primary key, name text, email text)"
INSERT = "insert into customer (id, name) values (?, 'Acme')"
BEGIN, CHANGE, COMMIT, COMMITTED = Step.BEGIN, Step.CHANGE, Step.COMMIT, Step.COMMITTED


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with closing(sqlite3.connect(tmp_path / "books.sqlite")) as books:
        books.execute(SCHEMA)
    with closing(LocalStore(tmp_path)) as made:
        made.watch()
        yield made


def in_words(books: sqlite3.Connection) -> None:
    books.isolation_level = None
    books.execute("begin immediate")
    books.execute(INSERT, ("1",))
    books.execute("commit")


def by_the_driver(books: sqlite3.Connection) -> None:
    books.execute(INSERT, ("1",))
    books.commit()


def by_a_block(books: sqlite3.Connection) -> None:
    with books:
        books.cursor().execute(INSERT, ("1",))


def many(books: sqlite3.Connection) -> None:
    with books:
        books.executemany(INSERT, [("1",), ("2",)])


def alone(books: sqlite3.Connection) -> None:
    books.isolation_level = None
    books.execute(INSERT, ("1",))


@pytest.mark.parametrize(
    ("way", "steps"),
    [
        (in_words, [BEGIN, CHANGE, COMMIT, COMMITTED]),
        (by_the_driver, [BEGIN, CHANGE, COMMIT, COMMITTED]),
        (by_a_block, [BEGIN, CHANGE, COMMIT, COMMITTED]),
        (many, [BEGIN, CHANGE, COMMIT, COMMITTED]),
        (alone, [BEGIN, CHANGE, COMMITTED]),
    ],
)
def test_each_step_is_told_once(
    store: LocalStore, way: Callable[[sqlite3.Connection], None], steps: list[Step]
) -> None:
    """And the statements are kept once they stand."""
    told: list[Moment] = []
    store.tap = told.append

    with closing(sqlite3.connect(store.path)) as books:
        way(books)

    assert [moment.step for moment in told] == steps
    assert [one.operation for one in store.transactions] == ["write"]
    assert "insert into customer" in str(store.transactions[0])


def test_what_is_rolled_back_is_no_transaction(store: LocalStore) -> None:
    """Nor is what only looks a write."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as books:
        books.execute("begin immediate")
        books.execute(INSERT, ("1",))
        books.execute("rollback")
        books.execute("begin")
        books.execute("select * from customer").fetchall()
        books.execute("commit")

    assert [one.operation for one in store.transactions] == ["read"]


@pytest.mark.parametrize(
    ("fault", "step", "stands"),
    [
        (StoreFault.LOCKED, BEGIN, 0),
        (StoreFault.READ_ONLY, CHANGE, 0),
        (StoreFault.FULL, CHANGE, 0),
        (StoreFault.COMMIT_FAILED, COMMIT, 0),
        (StoreFault.COMMIT_DONE, COMMITTED, 1),
    ],
)
def test_a_fault_is_sqlites_own(store: LocalStore, fault: StoreFault, step: Step, stands: int) -> None:
    """In its words, and with the effect that its name says."""

    def strike(moment: Moment) -> None:
        if moment.step is step:
            raise store.error(fault)

    store.tap = strike
    with closing(sqlite3.connect(store.path)) as books, pytest.raises(sqlite3.OperationalError):
        in_words(books)

    assert len(list(store.ledger.rows("customers"))) == stands


def test_a_kill_leaves_what_was_committed(store: LocalStore, tmp_path: Path) -> None:
    """An image taken amid a transaction opens as if it had never begun."""
    images = []

    def keep(moment: Moment) -> None:
        images.append((moment.step, store.image()))

    store.tap = keep
    with closing(sqlite3.connect(store.path)) as books:
        books.execute("pragma journal_mode = wal")
        in_words(books)

    found = {}
    for number, (step, image) in enumerate(images):
        folder = tmp_path / str(number)
        folder.mkdir()
        left = LocalStore(folder)
        left.lay_out(image)
        found[step] = len(list(left.ledger.rows("customers")))
    assert found == {BEGIN: 0, CHANGE: 0, COMMIT: 0, COMMITTED: 1}


def test_who_watches_last_leaves_sqlite_as_it_was(tmp_path: Path) -> None:
    """Books of one trial beside another's; other files are nobody's business."""
    plain = sqlite3.connect
    first, second = LocalStore(tmp_path / "a"), LocalStore(tmp_path / "b")
    first.watch()
    second.watch()
    first.close()
    with suppress(sqlite3.OperationalError):
        sqlite3.connect(tmp_path / "other").close()

    assert sqlite3.connect is not plain
    second.close()
    assert sqlite3.connect is plain
    assert not first.transactions
    assert not second.transactions


@pytest.mark.parametrize("order", [{"nothing": 1}, {"invoices": -1}, {"invoices": True}])
def test_what_nobody_can_make_up_is_refused(store: LocalStore, order: dict[str, object]) -> None:
    """As simulators do."""
    with pytest.raises(ValueError, match=r"nothing|whole number"):
        store.populate(order)
