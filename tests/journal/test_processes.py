"""Several processes on one file: nothing is promised twice, sent twice or torn."""

import asyncio
import json
from collections import Counter
from pathlib import Path

from invoicekit.journal import IntentState, SqliteJournal

from .conftest import Child, Promise

RACER = """
import asyncio, json, sys
from datetime import UTC, datetime
from invoicekit.journal import IllegalMove, Intent, IntentKey, SqliteJournal

async def main() -> None:
    path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    journal = SqliteJournal(path, busy_seconds=60)
    await journal.open()
    now = datetime.now(UTC)
    planned, sent = [], []

    async def one(n: int) -> None:
        key = IntentKey("clockify", "w", "record_payment", f"bank-{n}")
        intent = Intent(key=key, target=name, fingerprint="f", created_at=now, updated_at=now)
        if await journal.plan(intent) == intent:
            planned.append(n)
        try:
            await journal.record_sending(key)
        except IllegalMove:
            return
        sent.append(n)

    for start in range(0, count, 10):
        await asyncio.gather(*(one(n) for n in range(start, start + 10)))
    await journal.aclose()
    print(json.dumps([planned, sent]), flush=True)

asyncio.run(main())
"""


async def test_each_promise_is_made_once_and_sent_once(path: Path, child: Child) -> None:
    """Whoever comes second is given the first one's promise, and may not send."""
    racers = [child(RACER, str(path), f"racer-{n}", "200") for n in range(4)]
    for racer in racers:
        assert racer.stdout is not None
        await asyncio.to_thread(racer.stdout.readline)

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = await asyncio.gather(*(asyncio.to_thread(racer.communicate) for racer in racers))

    results = [json.loads(output) for output, _ in outputs]
    for what in (0, 1):
        assert Counter(n for result in results for n in result[what]) == Counter(range(200))
    journal = SqliteJournal(path)
    await journal.open()
    intents = [intent async for intent in journal.intents()]
    await journal.aclose()
    assert sorted(intent.reference for intent in intents) == sorted(f"bank-{n}" for n in range(200))
    assert {(intent.state, intent.sends) for intent in intents} == {(IntentState.SENDING, 1)}
    planner = {n: f"racer-{index}" for index, result in enumerate(results) for n in result[0]}
    assert {int(intent.reference[5:]): intent.target for intent in intents} == planner


async def test_two_journals_in_one_process_keep_each_others_locks(path: Path, promise: Promise) -> None:
    """Opening and closing a second one does not drop the first one's locks, and with them its log."""
    first, second = SqliteJournal(path), SqliteJournal(path)
    await first.open()
    await first.plan(promise("bank-1"))

    await second.open()
    await second.record_sending(promise("bank-1").key)
    await second.aclose()
    names = {file.name for file in path.parent.iterdir()}
    sent = await first.get(promise("bank-1").key)
    await first.aclose()

    assert sent is not None
    assert sent.state is IntentState.SENDING
    assert f"{path.name}-wal" in names
