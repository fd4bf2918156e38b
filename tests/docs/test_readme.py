"""Every block of the README runs, in order, against the simulator."""

import ast
import asyncio
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from command_line import CommandLine, Simulated

from invoicekit import InvoiceService, Money
from invoicekit.bulk import Standing
from invoicekit.reconcile import load_csv_profile, parse_statement

# These two are for a bare machine: the commands' own test, and nox, run them. The third is for users.
NOT_RUN_HERE = ("python3 -m venv", "pip install")


def blocks(readme: str, language: str) -> list[tuple[int, str]]:
    """Return each block of a language with the line it starts on."""
    found = re.finditer(rf"^```{language}\n(.+?)^```$", readme, re.DOTALL | re.MULTILINE)
    return [(readme.count("\n", 0, block.start(1)) + 1, block[1]) for block in found]


@attrs.frozen(kw_only=True)
class Stocked:
    """A simulator with something to do, and a folder that holds what the README speaks of."""

    command: CommandLine
    entries: list[str]
    invoices: list[str]


@pytest.fixture
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


@pytest.fixture
def stocked(tmp_path: Path, readme: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stocked]:
    for name in [name for name in os.environ if name.startswith("INVOICEKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    with CommandLine(tmp_path, os.environ).start("simulate", "clockify", "--json") as started:
        ready = json.loads(started.line())
        simulated = Simulated(url=ready["url"], settings=ready["settings"], started=started)
        for name in ("base_url", "api_key", "workspace_id"):
            monkeypatch.setenv(f"INVOICEKIT_CLOCKIFY_{name.upper()}", str(simulated.settings[name]))
        monkeypatch.setenv("ACME_CLOCKIFY_KEY", str(simulated.settings["api_key"]))
        simulated.ask("seed", {"invoices": 5, "time_entries": 20, "amount_minor": 90_000, "currency": "EUR"})
        entries = [str(row["id"]) for row in simulated.ask("ledger/time-entries")]
        invoices = [str(row["id"]) for row in simulated.ask("ledger/invoices")]
        write_files(tmp_path, readme, entries, invoices)
        numbers = {str(row["id"]): row["number"] for row in simulated.ask("ledger/invoices")}
        write_bank_files(tmp_path, readme, entries, invoices, str(numbers[invoices[3]]))
        yield Stocked(command=CommandLine(tmp_path, os.environ), entries=entries, invoices=invoices)


def profile_with(readme: str, words: str) -> str:
    (profile,) = (content for _, content in blocks(readme, "toml") if words in content)
    return profile


def write_files(folder: Path, readme: str, entries: list[str], invoices: list[str]) -> None:
    (folder / "entries.csv").write_text("\n".join(["time_entry_id", *entries, ""]))
    rows = [f"bank-{n},{one},120.50,EUR,2026-03-01T12:00:00Z" for n, one in enumerate(invoices[:3])]
    (folder / "payments.csv").write_text(
        "\n".join(["reference,invoice_id,amount,currency,paid_at", *rows, ""])
    )
    (folder / "statuses.csv").write_text(f"invoice_id,status\n{invoices[3]},open\n{invoices[4]},void\n")
    (folder / "invoices.csv").write_text(f"invoice_id\n{invoices[4]}\n")
    (folder / "invoicekit.toml").write_text(profile_with(readme, "[profiles"))


def write_bank_files(folder: Path, readme: str, entries: list[str], invoices: list[str], number: str) -> None:
    (folder / "more-entries.jsonl").write_text(json.dumps({"time_entry_id": entries[0]}) + "\n")
    row = f"Müller;bank-7;{invoices[2]};10,50;2026-03-01T12:00:00Z"
    (folder / "export.csv").write_text(f"Zahler;Ref;Invoice;Betrag;paid_at\n{row}\n", encoding="cp1252")
    (folder / "bank.toml").write_text(profile_with(readme, "invoice_id ="))
    line = f"B1,2026-03-01,900.00,EUR,Invoice {number} thanks,"
    (folder / "bank.csv").write_text(f"id,booked,amount,currency,text,payer\n{line}\n")


def execute(code: str, line: int, names: dict[str, object], runner: asyncio.Runner | None) -> None:
    """Run one block as it stands; its line numbers are the README's."""
    tree = compile("\n" * (line - 1) + code, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(tree, names)  # noqa: S307
    if inspect.iscoroutine(waiting):
        assert runner is not None, "only a block on its own may start a loop"
        runner.run(waiting)


async def opened(service: InvoiceService) -> InvoiceService:
    return await service.__aenter__()


def test_every_python_block_runs(stocked: Stocked, readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader may copy any block, in order, and see it work."""
    (start, script), *snippets = blocks(readme, "python")
    names: dict[str, object] = {"__name__": "readme"}
    execute(script, start, names, None)
    execute(script, start, names, None)
    said = capsys.readouterr().out

    with asyncio.Runner() as runner:
        service = runner.run(opened(InvoiceService.connect("clockify")))
        names |= {
            "service": service,
            "entry_ids": stocked.entries,
            "invoice": runner.run(service.get_invoice(stocked.invoices[1])),
        }
        for line, code in snippets:
            execute(code, line, names, runner)
        runner.run(service.aclose())

    assert "\napplied\n" in said
    assert "already applied\n" in said
    assert "nothing was sent; correct the call" in capsys.readouterr().out


def test_every_command_line_runs(stocked: Stocked, readme: str) -> None:
    """Every line of a console block ends with 0 for a reader who has the files it names."""
    lines = [line for _, block in blocks(readme, "console") for line in block.splitlines()]
    shown = [shlex.split(line) for line in lines if not line.startswith(NOT_RUN_HERE)]

    ended = {" ".join(words): stocked.command.run(*words[1:]) for words in shown}

    assert len(ended) >= 5
    assert {words[0] for words in shown} == {"invoicekit"}
    assert {line: each.err for line, each in ended.items() if each.code != 0} == {}


def test_the_tests_of_a_program_pass(readme: str, tmp_path: Path) -> None:
    """The example for those who test their own code, in an empty folder."""
    (block,) = (code for _, code in blocks(readme, "python") if "def test_it_pays_once" in code)
    (tmp_path / "test_mine.py").write_text(block)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "3 passed" in ran.stdout, ran.stdout


def test_the_profile_of_a_bank_reads_such_a_file(readme: str, tmp_path: Path) -> None:
    """Four lines before the header, cents after a comma, days as they are written there."""
    (tmp_path / "bank.toml").write_text(profile_with(readme, "Buchungstag"))
    header = "Buchungstag;Betrag;Verwendungszweck;Buchungstext;Name;Referenz"
    file = f"Konto\n\n\n\n{header}\n31.12.2026;1.234,50;RE 7;Gutschrift;Müller;B1\n"

    profile = load_csv_profile(str(tmp_path / "bank.toml"))
    (line,) = parse_statement(file.encode("cp1252"), name="bank.csv", profile=profile).lines

    assert (line.booked, line.amount) == (date(2026, 12, 31), Money("1234.50", "EUR"))
    assert (line.text, line.payer, line.bank_reference) == ("RE 7 Gutschrift", "Müller", "B1")


def test_the_exit_codes_are_the_real_ones(readme: str) -> None:
    """The table names every code a command can end with."""
    from invoicekit.bulk import JobExit

    rows = re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)

    assert [int(row) for row in rows] == sorted(JobExit)


def backend(readme: str) -> dict[str, object]:
    """Run the blocks that make up a backend, and return what they define."""
    names: dict[str, object] = {"__name__": "backend"}
    for line, code in blocks(readme, "python"):
        if any(sign in code for sign in ("class Background", "web.Application(", "FastAPI(")):
            execute(code, line, names, None)
    return names


async def test_aiohttp_marks_behind_its_requests(stocked: Stocked, readme: str) -> None:
    """A request starts the job, another one sees it end, and the shutdown leaves nothing running."""
    names = backend(readme)
    app = names["app"]
    assert isinstance(app, web.Application)

    async with TestClient(TestServer(app)) as client:
        started = await client.post("/marks", json=stocked.entries)
        running = app[cast("web.AppKey[Any]", names["RUNNING"])]
        await running.tasks["march"]
        seen = await (await client.get("/marks")).json()

    assert started.status == 202
    assert seen == {"ended": len(stocked.entries), "unknown": 0, "eta_seconds": 0.0}
    assert running.tasks["march"].result().count(Standing.APPLIED) == len(stocked.entries)


async def test_fastapi_drains_its_jobs_at_shutdown(stocked: Stocked, readme: str) -> None:
    """The lifespan ends only after every job has: each row is applied or not attempted, none in doubt."""
    api = cast(Any, backend(readme)["api"])

    async with api.router.lifespan_context(api):
        status, _ = await asked(api, "POST", "/marks", json.dumps(stocked.entries).encode())
        seen, told = await asked(api, "GET", "/marks")
        running = api.state.running

    assert (status, seen) == (202, 200)
    assert set(json.loads(told)) == {"ended", "unknown", "eta_seconds"}
    report = running.tasks["march"].result()
    assert report.rows == len(stocked.entries)
    assert report.count(Standing.UNKNOWN) == 0


async def asked(api: Any, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Put one request to an ASGI application, as its server would."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"test")],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await api(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])
