"""adapters/README.md: its rules are those of the kit, and its blocks run."""

import re
from pathlib import Path

import pytest

from invoicekit.testing import RULES, Tier

BETWEEN = re.compile(r"(<!-- rules: .*? -->\n)(.*?)(<!-- end of the rules -->)", re.DOTALL)


def rules_text() -> str:
    """Return the rules as the document shows them."""
    parts = []
    for tier in Tier:
        parts.append(f"### {tier.value.capitalize()}\n")
        parts += [
            f"**`{rule.id}`** {rule.title}.\n{rule.why}\n\n```text\n{rule.bug}\n```\n"
            for rule in RULES
            if rule.tier is tier
        ]
    return "\n" + "\n".join(parts) + "\n"


@pytest.fixture
def text(root: Path) -> str:
    return (root / "adapters" / "README.md").read_text()


def test_the_rules_are_those_of_the_kit(text: str) -> None:
    """Each with its reason and an example of the bug; this writes what is to stand there."""
    found = BETWEEN.search(text)

    assert found is not None
    assert found[2] == rules_text()


def test_its_python_runs(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every block, in its order."""
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)

    names: dict[str, object] = {"__name__": "adapters_readme"}
    for block in blocks:
        exec(compile(block, "adapters/README.md", "exec"), names)  # noqa: S102 -- our own document

    assert "True Tier.PLATINUM" in capsys.readouterr().out
