"""`invoicekit simulate`: a provider on a port, as a process of its own."""

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from command_line import CommandLine, Simulated

Start = Callable[..., Simulated]


def test_the_url_is_the_only_line_on_stdout(command: CommandLine) -> None:
    """A script reads one line and can call the simulator at once."""
    with command.start("simulate", "clockify") as started:
        url = started.line()
        with urlopen(f"{url}/_simulator/stats", timeout=10) as answer:  # noqa: S310
            stats = json.load(answer)
        ended = started.end(signal.SIGTERM)

    assert stats["name"] == "clockify"
    assert ended.out == ""


def test_the_port_asked_for_is_used(command: CommandLine) -> None:
    """`--port` names the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with command.start("simulate", "clockify", "--port", port) as started:
        url = started.line()

    assert url == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_told_in_one_line(command: CommandLine) -> None:
    """Where the port is in use, say so and end with 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = command.run("simulate", "clockify", "--port", port)

    assert ended.code == 2
    assert ended.err.startswith(f"invoicekit: cannot listen on 127.0.0.1:{port}: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(simulator: Start, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end the process with 0 and without a word of complaint."""
    running = simulator()

    ended = running.started.end(number)

    assert (ended.code, ended.err) == (0, "")


def test_it_ends_with_whoever_started_it(simulator: Start) -> None:
    """When the parent is killed, its end of the pipe closes, and the simulator does not stay behind."""
    running = simulator("--ends-with-input")

    running.started.close_input()
    ended = running.started.end()

    assert ended.code == 0


def test_faults_rate_and_seed_reach_the_simulator(simulator: Start) -> None:
    """The options are what the simulator says of itself."""
    running = simulator("--faults", "demo", "--rate", "7/s", "--seed", "9", "--settle-seconds", "0.5")

    (stats,) = running.ask("stats")

    assert (stats["plan"], stats["seed"], stats["settle_seconds"]) == ("demo", 9, 0.5)
    assert stats["rate"] == {"count": 7, "period_seconds": 1.0, "model": "bucket"}


def test_the_settings_reach_it(simulator: Start) -> None:
    """What it prints is enough to call it."""
    running = simulator()
    url = f"{running.settings['base_url']}/v1/workspaces/{running.settings['workspace_id']}"
    request = Request(url, headers={"X-Api-Key": str(running.settings["api_key"])})  # noqa: S310

    with urlopen(request, timeout=10) as answer:  # noqa: S310
        workspace = json.load(answer)

    assert workspace["id"] == running.settings["workspace_id"]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--faults", "weather", "no fault profile 'weather'; there are none, demo, storm"),
        ("--rate", "fast", "rate 'fast'"),
        ("--port", "70000", "'--port'"),
    ],
)
def test_a_wrong_option_is_named(command: CommandLine, option: str, value: str, words: str) -> None:
    """The message names the value and what would be right; the exit code is 2."""
    ended = command.run("simulate", "clockify", option, value)

    assert ended.code == 2
    assert words in ended.err


def test_an_unknown_provider_is_answered_with_the_list(command: CommandLine) -> None:
    """Whoever mistypes a provider sees which simulators there are."""
    ended = command.run("simulate", "clockfy")

    assert ended.code == 2
    assert ended.err.startswith("invoicekit: no simulator is called 'clockfy'")
    assert "did you mean 'clockify'?" in ended.err


def test_made_up_data_is_there_from_the_start(simulator: Start) -> None:
    """`--add` fills the simulator, so that a first program has something to work on."""
    running = simulator("--add", "invoices=2", "--add", "time_entries=3")

    assert len(running.ask("ledger/invoices")) == 2
    assert len(running.ask("ledger/time-entries")) == 3


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ("invoices", "--add wants KIND=N, e.g. --add invoices=5"),
        ("invoices=many", "--add wants KIND=N, e.g. --add invoices=5"),
        ("invoices=99999999999", "--add invoices: at most 1,000,000, since all is held in memory"),
        ("unicorns=3", "--add: cannot make up unicorns"),
    ],
)
def test_what_cannot_be_made_up_is_said(command: CommandLine, order: str, complaint: str) -> None:
    """A wrong order is one line, and nothing is started."""
    ended = command.run("simulate", "clockify", "--add", order)

    assert ended.code == 2
    assert ended.err == f"invoicekit: {complaint}\n"


def test_what_differs_from_the_document_is_told(command: CommandLine, tmp_path: Path) -> None:
    """On stderr, as it happens, with whom to blame; the URL stays the only line on stdout."""
    document = tmp_path / "clockify.json"
    document.write_text(
        json.dumps(
            {
                "openapi": "3.1.0",
                "info": {"title": "Clockify", "version": "1"},
                "servers": [{"url": "https://clockify.example/api"}],
                "paths": {"/v1/user": {"get": {"responses": {"200": {"description": "who"}}}}},
            }
        )
    )

    with command.start("simulate", "clockify", "--openapi", document) as started:
        url = started.line()
        with urlopen(Request(f"{url}/api/v1/user", headers={"X-Api-Key": "demo-key"}), timeout=10):  # noqa: S310
            pass
        settings = [started.error_line() for _ in range(5)]
        holds = started.error_line()
        told = started.error_line()

    assert all(line.startswith("export ") for line in settings)
    assert holds.startswith(f"# what it holds: {url}/_simulator/ledger/KIND, of ")
    assert told == "not as described: the answer of GET /v1/user (200): a body"


@pytest.mark.parametrize(
    ("text", "complaint"), [("{}", "no OpenAPI 3 document"), (None, "No such file or directory")]
)
def test_a_document_that_is_none_is_refused(
    command: CommandLine, tmp_path: Path, text: str | None, complaint: str
) -> None:
    """Before it listens, in one line."""
    document = tmp_path / "clockify.json"
    if text is not None:
        document.write_text(text)

    ended = command.run("simulate", "clockify", "--openapi", document)

    assert ended.code == 2
    assert ended.err.startswith(f"invoicekit: {document}: {complaint}")
    assert ended.err.count("\n") == 1
