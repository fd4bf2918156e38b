"""The file: private, ours, and the one that was opened."""

# ruff: noqa: ASYNC240
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from invoicekit.errors import ConfigurationError, JournalUnavailable
from invoicekit.journal import Asked, IntentState, SqliteJournal
from invoicekit.journal.schema import APPLICATION_ID, MIGRATIONS, migrate

from .conftest import Promise


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def opened(path: Path) -> SqliteJournal:
    journal = SqliteJournal(path)
    await journal.open()
    return journal


class TestPrivacy:
    async def test_only_the_owner_reads_it(
        self, sqlite_journal: SqliteJournal, promise: Promise, path: Path
    ) -> None:
        """Notes and amounts are nobody else's business; the log and its index included."""
        await sqlite_journal.plan(promise())

        modes = {file.name: mode_of(file) for file in path.parent.iterdir() if "-alive-" not in file.name}

        assert modes == dict.fromkeys((path.name, f"{path.name}-wal", f"{path.name}-shm"), 384)

    async def test_nothing_asked_stays_behind(self, promise: Promise, path: Path) -> None:
        """What was dropped on settling is not to be read from the file's unused space either."""

        def connect(name: str, /, *, timeout: float, isolation_level: None) -> sqlite3.Connection:
            connection = sqlite3.connect(name, timeout=timeout, isolation_level=isolation_level)
            connection.execute("pragma secure_delete = off")  # as SQLite is built where nobody says otherwise
            return connection

        journal = SqliteJournal(path, connect=connect)
        await journal.open()
        for number in range(40):
            intent = attrs.evolve(promise(f"r{number}"), asked=Asked.stored("a private note " * 40))
            await journal.plan(intent)
        during = path.with_name(f"{path.name}-wal").read_bytes()
        for number in range(40):
            await journal.record_sending(promise(f"r{number}").key)
            await journal.move(promise(f"r{number}").key, IntentState.CONFIRMED)
        await journal.aclose()

        assert b"a private note" in during
        assert b"a private note" not in path.read_bytes()
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    async def test_an_older_file_is_closed_to_others(self, path: Path) -> None:
        """A copy made under a careless umask is put right."""
        await (await opened(path)).aclose()
        path.chmod(0o664)

        journal = await opened(path)
        await journal.aclose()

        assert mode_of(path) == 0o600

    @pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
    async def test_a_symbolic_link_is_refused(self, path: Path, tmp_path: Path, suffix: str) -> None:
        """Nobody gets us to write where they cannot; a dangling link included."""
        link = path.with_name(path.name + suffix)
        link.symlink_to(tmp_path / "elsewhere")

        with pytest.raises(ConfigurationError, match="symbolic link"):
            await SqliteJournal(path).open()

        assert not (tmp_path / "elsewhere").exists()

    async def test_what_is_no_file_is_refused(self, path: Path) -> None:
        """A directory, a pipe or a device holds no promises."""
        path.mkdir()

        with pytest.raises(ConfigurationError, match="not an ordinary file"):
            await SqliteJournal(path).open()

    @pytest.mark.parametrize("name", ["", ":memory:"])
    def test_a_name_that_is_no_file_is_refused(self, name: str) -> None:
        """SQLite would take these for a database that is gone at the end."""
        with pytest.raises(ConfigurationError, match="MemoryJournal"):
            SqliteJournal(name)


def text_file(path: Path) -> None:
    path.write_text("reference,amount\nbank-1,100\n" * 100)


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table invoice(id)")
    connection.close()


def marked_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("pragma application_id = 77")
    connection.close()


def impostor(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute("create table meta(key text, value text)")
    connection.close()


class TestOwnership:
    @pytest.mark.parametrize("make", [text_file, foreign_database, marked_database, impostor])
    async def test_a_strangers_file_is_left_as_it_is(self, path: Path, make: Callable[[Path], None]) -> None:
        """Refused by name, with not a byte nor a right changed."""
        make(path)
        path.chmod(0o644)
        before = path.read_bytes()

        with pytest.raises(ConfigurationError, match=r"billing\.sqlite is .*name another file"):
            await SqliteJournal(path).open()

        assert path.read_bytes() == before
        assert mode_of(path) == 0o644
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    async def test_an_empty_file_becomes_a_journal(self, path: Path, promise: Promise) -> None:
        """As a crash between creating and filling leaves it, or `mktemp`."""
        path.touch()

        journal = await opened(path)
        await journal.plan(promise())
        await journal.aclose()

        assert path.stat().st_size > 0

    async def test_a_refused_file_can_be_replaced(self, path: Path, promise: Promise) -> None:
        """A journal that could not be opened can be opened later."""
        text_file(path)
        journal = SqliteJournal(path)
        with pytest.raises(ConfigurationError):
            await journal.open()
        path.unlink()

        await journal.open()
        stored = await journal.plan(promise())
        await journal.aclose()

        assert stored == promise()


class TestSchema:
    async def test_a_newer_file_is_refused(self, path: Path) -> None:
        """An older program must not guess what a newer one wrote."""
        await (await opened(path)).aclose()
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("update meta set value = '99' where key = 'schema_version'")
        connection.close()

        with pytest.raises(ConfigurationError, match=r"newer invoicekit \(journal version 99") as caught:
            await SqliteJournal(path).open()

        assert "upgrade invoicekit" in str(caught.value)

    async def test_an_older_file_is_brought_up_to_date(self, path: Path, promise: Promise) -> None:
        """Step by step, keeping what is in it."""
        journal = await opened(path)
        await journal.plan(promise())
        await journal.aclose()
        steps = (*MIGRATIONS, ("alter table intent add column colour text not null default 'red'",))

        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, "file", steps)
        migrate(connection, "file", steps)
        rows = connection.execute("select reference, colour from intent").fetchall()
        version = connection.execute("select value from meta").fetchall()
        connection.close()

        assert rows == [("bank-1", "red")]
        assert version == [(str(len(steps)),)]

    async def test_a_step_that_fails_changes_nothing(self, path: Path) -> None:
        """A file is never between two versions."""
        await (await opened(path)).aclose()
        steps = (*MIGRATIONS, ("create table colour(name)", "this is no statement"))

        connection = sqlite3.connect(path, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, "file", steps)
        tables = {
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        }
        version = connection.execute("select value from meta").fetchall()
        connection.close()

        assert tables == {"intent", "lease", "meta", "rate", "rate_spent", "rate_user"}
        assert version == [(str(len(MIGRATIONS)),)]

    def test_every_state_has_its_place(self) -> None:
        """The first version's text names every state; a new state needs a new version."""
        text = " ".join(MIGRATIONS[0])

        assert all(f"'{state.value}'" in text for state in IntentState)


class TestIdentity:
    async def test_a_removed_file_is_noticed(
        self, sqlite_journal: SqliteJournal, promise: Promise, path: Path
    ) -> None:
        """SQLite would go on writing where nobody finds it again."""
        await sqlite_journal.plan(promise())
        path.unlink()

        with pytest.raises(JournalUnavailable, match="removed or replaced while it was open"):
            await sqlite_journal.record_sending(promise().key)

    async def test_a_replaced_file_is_noticed(
        self, sqlite_journal: SqliteJournal, promise: Promise, path: Path, tmp_path: Path
    ) -> None:
        """A restored backup is opened anew, not written past."""
        await (await opened(tmp_path / "backup.sqlite")).aclose()
        (tmp_path / "backup.sqlite").rename(path)

        with pytest.raises(JournalUnavailable, match="removed or replaced while it was open"):
            await sqlite_journal.plan(promise())
        await sqlite_journal.aclose()
        await sqlite_journal.open()

        assert await sqlite_journal.plan(promise()) == promise()
