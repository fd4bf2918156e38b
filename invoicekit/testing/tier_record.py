"""How an adapter stood before the contract when it was released: a small file in its package."""

import importlib.resources
import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from invoicekit.adapter import Adapter
from invoicekit.errors import UsageError
from invoicekit.testing.contract import ContractReport
from invoicekit.testing.rule import Verdict

FILE = "contract.json"


@attrs.frozen(kw_only=True)
class Record:
    """What was found, and by which rules.

    Attributes:
        tier: What it may call itself; empty where bronze was not reached.
        level: The level of the rules.
        holding, not_applicable: How many rules held, and how many spoke of nothing that it declares.
        broken: The rules that were broken.
        exemptions: Reasons by rule id.
    """

    tier: str
    level: int
    holding: int
    not_applicable: int = 0
    broken: tuple[str, ...] = ()
    exemptions: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, report: ContractReport) -> "Record":
        """Take down what a report says."""
        verdicts = [one.verdict for one in report.judgements]
        return cls(
            tier="" if report.tier is None else report.tier.value,
            level=report.level,
            holding=verdicts.count(Verdict.HOLDS),
            not_applicable=verdicts.count(Verdict.NOT_APPLICABLE),
            broken=tuple(one.rule.id for one in report.judgements if one.verdict is Verdict.BROKEN),
            exemptions={one.rule.id: one.said for one in report.judgements if one.verdict is Verdict.EXEMPT},
        )

    def __str__(self) -> str:
        reached = self.tier or "no tier"
        parts = [f"{self.holding} rules of level {self.level} hold"]
        if self.not_applicable:
            parts.append(f"{self.not_applicable} do not speak of it")
        if self.broken:
            parts.append(f"{len(self.broken)} are broken")
        if self.exemptions:
            parts.append(f"exempt from {', '.join(sorted(self.exemptions))}")
        return f"{reached}: {', '.join(parts)}"


def recorded(adapter: type[Adapter[object]]) -> Record | None:
    """Return what was recorded for the adapter's release; None where nothing was, or it cannot be read."""
    package = adapter.__module__.partition(".")[0]
    try:
        document = json.loads(importlib.resources.files(package).joinpath(FILE).read_text("utf-8"))
        return Record(
            tier=str(document["tier"]),
            level=int(document["level"]),
            holding=int(document["holding"]),
            not_applicable=int(document["not_applicable"]),
            broken=tuple(map(str, document["broken"])),
            exemptions={str(rule): str(reason) for rule, reason in document["exemptions"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ModuleNotFoundError):
        return None


def record(adapter: type[Adapter[object]], found: Record) -> Path:
    """Write it into the adapter's package, for its next release; return where.

    Raises:
        UsageError: The package is not a folder that can be written.
    """
    package = adapter.__module__.partition(".")[0]
    folder = importlib.resources.files(package)
    if not isinstance(folder, Path):
        raise UsageError(f"{package} is not a folder of files; nothing was recorded")
    path = folder / FILE
    try:
        path.write_text(json.dumps(attrs.asdict(found), indent=2) + "\n", encoding="utf-8")
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}; nothing was recorded") from None
    return path
