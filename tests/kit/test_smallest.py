"""The smallest adapters: how short they are, and which tier they reach all the same."""

import importlib
from pathlib import Path

import pytest

from invoicekit.testing import Tier, Verdict, run_contract, subject_at

FOLDER = Path(__file__).parents[2] / "adapters" / "smallest"


@pytest.mark.parametrize(
    ("name", "most_lines", "tier"), [("acorn_reader", 60, Tier.SILVER), ("acorn_payer", 250, Tier.PLATINUM)]
)
def test_a_whole_adapter_is_short(
    name: str, most_lines: int, tier: Tier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings, wire, reads and writes in one file; its simulator apart."""
    file = FOLDER / f"{name}.py"
    monkeypatch.syspath_prepend(str(FOLDER))
    importlib.invalidate_caches()

    report = run_contract(subject_at(file))

    lines = [line for line in file.read_text().splitlines() if ".simulator import" not in line]
    assert len(lines) <= most_lines
    assert [one.said for one in report.judgements if one.verdict is Verdict.BROKEN] == []
    assert report.tier is tier
