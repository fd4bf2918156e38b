"""`invoicekit bulk`: files applied to a provider, row by row, with an exit code a script can trust."""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import attrs
import pytest
from command_line import CommandLine, Ended, Simulated, options_of

from invoicekit.simulate import Call, Fault, FaultKind, FaultPlan, Rate, serving
from invoicekit_clockify.simulator import ClockifySimulator

PAID_AT = "2026-03-01T12:00:00Z"


@attrs.frozen(kw_only=True)
class Stocked:
    """A simulator with something to do."""

    simulated: Simulated
    entries: list[str]
    invoices: list[str]

    @property
    def account(self) -> list[str]:
        return ["--provider", "clockify", *self.simulated.options]

    def marked(self) -> set[str]:
        return {str(row["id"]) for row in self.simulated.ask("ledger/time-entries") if row["invoiced"]}

    def payments(self) -> list[tuple[object, object]]:
        return [(row["invoice_id"], row["amount"]) for row in self.simulated.ask("ledger/payments")]


@pytest.fixture
def stocked(simulator: Callable[..., Simulated]) -> Stocked:
    simulated = simulator("--rate", "none")
    simulated.ask("seed", {"time_entries": 30, "invoices": 3, "amount_minor": 50_000})
    return Stocked(
        simulated=simulated,
        entries=[str(row["id"]) for row in simulated.ask("ledger/time-entries")],
        invoices=[str(row["id"]) for row in simulated.ask("ledger/invoices")],
    )


def entries_file(folder: Path, ids: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "entries.csv"
    path.write_text("\n".join(["time_entry_id", *ids, ""]))
    return path


def payments_file(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    path = folder / "payments.csv"
    lines = [f"{reference},{invoice},{amount},EUR,{PAID_AT}" for reference, invoice, amount in rows]
    path.write_text("\n".join(["reference,invoice_id,amount,currency,paid_at", *lines, ""]))
    return path


def test_marks_are_read_back_where_that_is_asked_for(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """By the report over the days of the entries; without it, rows say that nobody looked."""
    file, out, page = entries_file(tmp_path, stocked.entries), tmp_path / "rows.csv", tmp_path / "r.html"
    start = ["bulk", "mark-invoiced", file, *stocked.account]
    later = ["--from", "2031-01-01", "--to", "2031-02-01"]

    plain = command.run(*start)
    fetched = command.run(*start, "--verify", "report", "--rows-out", out, "--report", page)
    elsewhere = command.run(*start, "--verify", "report", *later, "--json")
    half = command.run(*start, "--verify", "report", *later[:2])
    alone = command.run(*start, *later)

    assert (plain.code, "not verified; --verify report reads them back" in plain.out) == (0, True)
    assert (fetched.code, "Read back: 30 of 30 entries shown as asked for" in fetched.out) == (0, True)
    assert out.read_text().count('"applied","yes"') == len(stocked.entries)
    assert "30 of 30 entries shown as asked for" in page.read_text()
    found = json.loads(elsewhere.out)["verification"]
    assert (elsewhere.code, found["verified"], found["not_shown"]) == (3, 0, 30)
    assert (half.code, "needs both --from and --to" in half.err) == (2, True)
    assert (alone.code, "name that, too" in alone.err) == (2, True)


def test_entries_are_marked(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """Every row applied ends with 0, and the ledger has them all."""
    file = entries_file(tmp_path, stocked.entries)

    ended = command.run("bulk", "mark-invoiced", file, *stocked.account)

    assert ended.code == 0, ended.err
    assert stocked.marked() == set(stocked.entries)


def test_marking_can_be_undone(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """`--not-invoiced` takes the marks away."""
    file = entries_file(tmp_path, stocked.entries)
    command.run("bulk", "mark-invoiced", file, *stocked.account)

    ended = command.run("bulk", "mark-invoiced", file, "--not-invoiced", *stocked.account)

    assert ended.code == 0
    assert stocked.marked() == set()


def test_bad_rows_are_named_and_the_rest_is_done(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """A row that cannot be used is told by file, line and column, once; the job goes on and ends with 1."""
    file = entries_file(tmp_path, [*stocked.entries[:5], "../x", "6a" * 12, *stocked.entries[5:]])

    ended = command.run("bulk", "mark-invoiced", file, *stocked.account)

    assert ended.code == 1
    assert f"\n  rejected: {file}:7, column time_entry_id: '../x'" in ended.out
    assert "line 8: rejected: " + "6a" * 12 in ended.out
    assert stocked.marked() == set(stocked.entries)


def test_a_bank_s_files_are_read_by_option(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """Names, marks and encoding by option; a reference for two amounts is told with both its places."""
    rows = [("bank-1", "10,50"), ("bank-2", "20,00")], [("bank-1", "99,00"), ("bank-2", "20,00")]
    files = []
    for number, pairs in enumerate(rows, start=1):
        lines = [f"{ref};{stocked.invoices[0]};{amount};{PAID_AT};Müller" for ref, amount in pairs]
        path = tmp_path / f"bank-{number}.csv"
        path.write_text("\n".join(["Ref;Rechnung;Betrag;paid_at;Zahler", *lines, ""]), encoding="cp1252")
        files.append(path)
    options = ["--map", "reference=Ref,invoice_id=Rechnung,amount=Betrag", "--value", "currency=EUR"]
    options += ["--delimiter", ";", "--decimal", ","]

    blind = command.run("bulk", "pay", *files, *options, *stocked.account)
    ended = command.run("bulk", "pay", *files, *options, "--encoding", "cp1252", *stocked.account)

    assert (blind.code, ended.code) == (2, 1)
    assert "is not UTF-8; save the file as UTF-8, or name its encoding" in blind.err.replace("\n", " ")
    shown = " ".join(ended.out.split())
    assert f"{files[1]}:2: rejected: bank-1" in shown
    assert f"(the first one: {files[0]}:2)" in shown
    assert sorted(stocked.payments()) == [(stocked.invoices[0], 1050), (stocked.invoices[0], 2000)]


def test_payments_are_recorded_once_however_often(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """The same file again finds every payment and sends none."""
    rows = [(f"bank-{n}", invoice, "120.50") for n, invoice in enumerate(stocked.invoices)]
    file = payments_file(tmp_path, rows)

    first = command.run("bulk", "pay", file, *stocked.account)
    again = command.run("bulk", "pay", file, "--json", *stocked.account)

    assert (first.code, again.code) == (0, 0)
    assert sorted(stocked.payments()) == sorted((invoice, 12_050) for invoice in stocked.invoices)
    assert json.loads(again.out)["counts"]["already_applied"] == 3


def test_payments_are_found_again_without_the_journal(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """On another machine the marker in the provider's record is enough."""
    file = payments_file(tmp_path, [("bank-1", stocked.invoices[0], "10.00")])
    command.run("bulk", "pay", file, "--journal", tmp_path / "one.sqlite", *stocked.account)

    ended = command.run("bulk", "pay", file, "--journal", tmp_path / "two.sqlite", *stocked.account)

    assert ended.code == 0
    assert len(stocked.payments()) == 1


def test_rows_come_from_a_pipe(command: CommandLine, stocked: Stocked) -> None:
    """`-` reads the standard input, and its form is recognised."""
    lines = "".join(json.dumps({"time_entry_id": one}) + "\n" for one in stocked.entries)

    ended = command.run("bulk", "mark-invoiced", "-", *stocked.account, given=lines)

    assert ended.code == 0, ended.err
    assert len(stocked.marked()) == 30


def test_a_pipe_without_the_columns_is_refused(command: CommandLine, stocked: Stocked) -> None:
    """What a file is refused for before the job, a pipe is refused for at its first line."""
    ended = command.run("bulk", "mark-invoiced", "-", *stocked.account, given="entry\n1\n")

    assert ended.code == 2
    assert "<stdin>:1" in ended.err.splitlines()[-1]
    assert ended.out == ""


def test_every_row_gets_a_line_in_the_rows_file(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """`--rows-out` holds each row of the input exactly once."""
    file = entries_file(tmp_path, [*stocked.entries, stocked.entries[0], "?"])
    out = tmp_path / "rows.jsonl"

    command.run("bulk", "mark-invoiced", file, "--rows-out", out, *stocked.account)

    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(row["line"] for row in rows) == list(range(2, 34))
    assert {row["line"]: row["standing"] for row in rows if row["line"] > 31} == {
        32: "already applied",
        33: "rejected",
    }


def test_the_report_adds_up(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """`--json` prints one document on standard output, whose counts add up to the rows."""
    file = entries_file(tmp_path, [*stocked.entries, "?"])

    ended = command.run("bulk", "mark-invoiced", file, "--json", "--chunk", "7", *stocked.account)

    report = json.loads(ended.out)
    assert report["rows"] == sum(report["counts"].values()) == 31
    assert report["exit_code"] == ended.code == 1


def test_the_journal_is_shown_and_kept(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """The command line always journals, and says where."""
    file = payments_file(tmp_path, [("bank-1", stocked.invoices[0], "10.00")])

    ended = command.run("bulk", "pay", file, *stocked.account)
    listed = command.run("journal", "list", "--all", "--json")

    place = Path(command.environment["XDG_STATE_HOME"]) / "invoicekit" / "journal.sqlite"
    assert f"Journal: {place}" in ended.err
    assert json.loads(listed.out.splitlines()[-1])["reference"] == "bank-1"


def test_the_key_shows_nowhere(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """Output, rows file and journal never hold the key."""
    file = payments_file(tmp_path, [("bank-1", stocked.invoices[0], "10.00"), ("bank-2", "?", "1.00")])
    settings = {name: value for name, value in stocked.simulated.settings.items() if name != "api_key"}
    account = ["--provider", "clockify", *options_of(settings)]
    command.environment["INVOICEKIT_CLOCKIFY_API_KEY"] = str(stocked.simulated.settings["api_key"])

    ended = command.run("bulk", "pay", file, "--rows-out", "rows.csv", "--journal", "j.sqlite", *account)

    files = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.relative_to(tmp_path).parts[0][0] in "rj"
    ]
    kept = [ended.out, ended.err, *(path.read_text(errors="replace") for path in files)]
    assert ended.code == 1, ended.err
    assert len(kept) >= 4
    assert [text for text in kept if "demo-key" in text] == []


def test_a_profile_connects(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """`--profile` takes provider, settings and journal from the configuration file."""
    settings = "\n".join(
        f"{name} = {json.dumps(value)}" for name, value in stocked.simulated.settings.items()
    )
    config = tmp_path / "invoicekit.toml"
    config.write_text(f'[profiles.acme]\nprovider = "clockify"\njournal = "acme.sqlite"\n{settings}\n')
    config.chmod(0o600)
    file = entries_file(tmp_path, stocked.entries)

    ended = command.run("bulk", "mark-invoiced", file, "--profile", "acme")

    assert ended.code == 0, ended.err
    assert (tmp_path / "acme.sqlite").exists()


def test_a_wrong_key_ends_the_job_at_once(command: CommandLine, stocked: Stocked, tmp_path: Path) -> None:
    """401 is told in one line, with one request and no repeat."""
    file = entries_file(tmp_path, stocked.entries)
    before = stocked.simulated.ask("stats")[0]["requests"]
    options = [part.replace("demo-key", "wrong-key") for part in stocked.account]

    ended = command.run("bulk", "mark-invoiced", file, *options)

    assert ended.code == 2
    assert "check the key and the workspace" in ended.err
    assert stocked.simulated.ask("stats")[0]["requests"] == int(str(before)) + 1


def test_a_wrong_workspace_ends_the_job_at_once(
    command: CommandLine, stocked: Stocked, tmp_path: Path
) -> None:
    """Every row would be refused alike: one request finds that out."""
    file = entries_file(tmp_path, stocked.entries)
    before = stocked.simulated.ask("stats")[0]["requests"]
    workspace = str(stocked.simulated.settings["workspace_id"])
    options = [part.replace(workspace, "f" * 24) for part in stocked.account]

    ended = command.run("bulk", "mark-invoiced", file, *options)

    assert ended.code == 2
    assert "workspace" in ended.err
    assert stocked.simulated.ask("stats")[0]["requests"] == int(str(before)) + 1


def test_a_dry_run_needs_neither_key_nor_network(command: CommandLine, tmp_path: Path) -> None:
    """It reads the file and says what would be sent."""
    file = entries_file(tmp_path, [f"{n:024x}" for n in range(450)] + [f"{0:024x}"])

    ended = command.run("bulk", "mark-invoiced", file, "--provider", "clockify", "--dry-run")

    assert ended.code == 0, ended.err
    assert "451 time entries: 450 to send, 1 repeated, 0 unusable" in ended.out
    assert "Nothing was sent." in ended.out


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("bank-1", "inv", "12.345"), "column amount: '12.345' has more decimals than EUR has"),
        (("bank-1", "inv", "0"), "column amount: '0' is not above zero"),
        (("bank-1", "a/../b", "1.00"), "column invoice_id: 'a/../b' cannot be an id"),
        (("", "inv", "1.00"), "column reference"),
    ],
)
def test_a_dry_run_names_bad_rows(
    command: CommandLine, tmp_path: Path, row: tuple[str, str, str], words: str
) -> None:
    """File, line, column and value; the code is the one the job itself would end with."""
    file = payments_file(tmp_path, [row])

    ended = command.run("bulk", "pay", file, "--provider", "clockify", "--dry-run")

    assert ended.code == 1
    assert f"{file}:2, {words}" in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.csv", "--provider", "clockify"], "missing.csv"),
        (["entries.csv", "--provider", "clokify"], "did you mean 'clockify'?"),
        (["entries.csv"], "give either --provider NAME or --profile NAME"),
        (["entries.csv", "--provider", "clockify", "--profile", "x"], "give either --provider NAME"),
        (["entries.csv", "--profile", "acme"], "there is no configuration file"),
        (["entries.csv", "--provider", "clockify"], "api_key"),
        (["entries.csv", "--provider", "clockify", "--set", "colour=red"], "colour"),
        (["entries.csv", "--provider", "clockify", "--set", "colour"], "--set wants KEY=VALUE"),
        (["entries.csv", "--provider", "clockify", "--base-url", "x", "--set", "base_url=y"], "same setting"),
        (["empty.csv", "--provider", "clockify", "--dry-run"], "empty.csv"),
        (["entries.csv", "--provider", "clockify", "--journal", "no/where.sqlite"], "no/where.sqlite"),
    ],
)
def test_wrong_usage_is_one_clear_line(
    command: CommandLine, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """Nothing is sent; the last line of standard error says what is wrong, and the code is 2."""
    entries_file(tmp_path, [f"{1:024x}"])
    (tmp_path / "empty.csv").write_text("")
    if "--journal" in arguments:
        arguments = [*arguments, "--set", "api_key=x", "--workspace", f"{2:024x}"]

    ended = command.run("bulk", "mark-invoiced", *arguments)

    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("invoicekit: ")
    assert words in ended.err.splitlines()[-1]
    assert ended.out == ""


class Watched(ClockifySimulator):
    """Tells when so many requests have come."""

    def __init__(self, *, rate: str, requests: int) -> None:
        super().__init__(rate=Rate.parse(rate))
        self.is_busy = asyncio.Event()
        self._left = requests

    def rate_key(self, call: Call) -> str:
        self._left -= 1
        if self._left == 0:
            self.is_busy.set()
        return super().rate_key(call)


async def interrupted(
    command: CommandLine, simulator: Watched, *arguments: object, times: int
) -> tuple[Ended, list[str]]:
    """Start a command, interrupt it once it is busy, and again after each word of it; wait for its end."""
    said: list[str] = []
    with command.start(*arguments) as started:
        await simulator.is_busy.wait()
        for _ in range(times):
            started.process.send_signal(signal.SIGINT)
            while not said or ("Ctrl-C" not in said[-1] and "Cutting off" not in said[-1]):
                said.append(await asyncio.to_thread(started.error_line))
        return await asyncio.to_thread(started.end), said


async def test_two_commands_on_one_journal_share_the_limit(command: CommandLine, tmp_path: Path) -> None:
    """Of two that run at the same time each is granted a part, and neither makes the provider refuse."""
    simulator = ClockifySimulator(rate=Rate.parse("25/s:log"))
    simulator.populate({"time_entries": 120})
    ids = [entry.id for entry in simulator.ledger.entries()]
    files = [entries_file(tmp_path / name, part) for name, part in (("a", ids[:60]), ("b", ids[60:]))]

    async with serving(simulator) as running:
        account = [
            "--provider",
            "clockify",
            "--set",
            "rate=25/s",
            *options_of(simulator.settings(running.url)),
        ]
        with ExitStack() as stack:
            started = [
                stack.enter_context(
                    command.start(
                        "bulk", "mark-invoiced", file, "--chunk", "1", "--json", "--quiet", *account
                    )
                )
                for file in files
            ]
            ended = await asyncio.gather(*(asyncio.to_thread(each.end) for each in started))

    told = [json.loads(each.out) for each in ended]
    assert [each.code for each in ended] == [0, 0]
    assert sum(each["rate_limited"] for each in told) <= 2
    assert min(each["part_of_rate"] for each in told) < 0.9


async def test_an_interrupt_reports_what_was_done(command: CommandLine, tmp_path: Path) -> None:
    """Ctrl-C lets what is under way end, lists the lines not attempted, and ends with 130."""
    simulator = Watched(rate="16/s", requests=8)
    simulator.populate({"time_entries": 60})
    file = entries_file(tmp_path, [entry.id for entry in simulator.ledger.entries()])

    async with serving(simulator) as running:
        account = ["--provider", "clockify", *options_of(simulator.settings(running.url))]
        ended, said = await interrupted(
            command, simulator, "bulk", "mark-invoiced", file, "--chunk", "1", *account, times=1
        )

    marked = {entry.id for entry in simulator.ledger.entries() if entry.invoiced}
    assert ended.code == 130
    assert "Finishing what is under way" in said[-1]
    assert f"Not attempted: lines {len(marked) + 2}-61." in ended.out
    assert 0 < len(marked) < 60


async def test_what_was_left_is_done_by_the_same_command(command: CommandLine, tmp_path: Path) -> None:
    """Even cut off by a second Ctrl-C, the same command finishes the job, and nothing stands twice."""
    simulator = Watched(rate="20/s", requests=12)
    simulator.populate({"invoices": 16, "amount_minor": 10_000})
    ids = [invoice.id for invoice in simulator.ledger.invoices()]
    file = payments_file(tmp_path, [(f"bank-{n}", one, "10.00") for n, one in enumerate(ids)])

    async with serving(simulator) as running:
        account = ["--provider", "clockify", *options_of(simulator.settings(running.url))]
        first, _ = await interrupted(command, simulator, "bulk", "pay", file, *account, times=2)
        second = await asyncio.to_thread(command.run, "bulk", "pay", file, *account)

    assert first.code == 130
    assert second.code == 0, second.out
    assert [payment.amount for payment in simulator.ledger.payments()] == [1_000] * 16


async def test_doubt_ends_with_three_and_is_journalled(command: CommandLine, tmp_path: Path) -> None:
    """A lost answer that reading back cannot settle is reported as unknown, and listed afterwards."""
    lost = Fault(kind=FaultKind.DROP_BEFORE, at="add_payment", times=None)
    simulator = ClockifySimulator(faults=FaultPlan.scripted([lost]), settle_seconds=0.3)
    simulator.populate({"invoices": 1, "amount_minor": 10_000})
    (invoice,) = simulator.ledger.invoices()
    file = payments_file(tmp_path, [("bank-1", invoice.id, "10.00")])

    async with serving(simulator) as running:
        account = ["--provider", "clockify", *options_of(simulator.settings(running.url))]
        ended = await asyncio.to_thread(command.run, "bulk", "pay", file, *account)
    listed = command.run("journal", "list")

    assert ended.code == 3
    assert "line 2: unknown: bank-1" in ended.out
    assert "bank-1" in listed.out
    assert len(simulator.requests.of("add_payment")) == 1
