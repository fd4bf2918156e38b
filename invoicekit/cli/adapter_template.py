"""The example adapter as a template: the same files under another name, with another key or scale."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

import attrs

import invoicekit
from invoicekit.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


class Auth(Enum):
    """How requests are signed."""

    KEY = "key"
    BEARER = "bearer"


class ScaleOption(Enum):
    """How amounts are written."""

    MINOR = "minor"
    """Minor units by the currency's exponent: 120.00 EUR is 12000, 120 JPY is 120."""
    HUNDREDTHS = "hundredths"
    """Always times 100."""


_REWRITES: Mapping[Auth | ScaleOption, tuple[tuple[str, str, str], ...]] = {
    Auth.KEY: (),
    Auth.BEARER: (
        ("config.py", '"X-Acorn-Key", self.api_key', '"Authorization", self.api_key, "Bearer "'),
        ("simulator.py", '= ("X-Acorn-Key",)', '= ("Authorization",)'),
        ("simulator.py", '.get("X-Acorn-Key") != KEY:', '.get("Authorization") != f"Bearer {KEY}":'),
    ),
    ScaleOption.MINOR: (),
    ScaleOption.HUNDREDTHS: (
        ("wire.py", "MINOR_BY_EXPONENT", "HUNDREDTHS"),
        ("adapter.py", "MINOR_BY_EXPONENT", "HUNDREDTHS"),
    ),
}


@attrs.frozen(kw_only=True)
class Template:
    """A new distribution, not yet written.

    Attributes:
        name: What users connect by; lower case.
    """

    name: str
    auth: Auth = Auth.KEY
    scale: ScaleOption = ScaleOption.MINOR

    def __attrs_post_init__(self) -> None:
        """Refuse a name that cannot be a module, an entry point and a setting's prefix at once.

        Raises:
            UsageError: It is none.
        """
        if _NAME.fullmatch(self.name) is None:
            raise UsageError(f"an adapter's name is a lower-case word like 'acme', not {self.name!r}")

    def files(self) -> Iterator[tuple[Path, str]]:
        """Yield each file's place in the distribution and its text."""
        source = template_folder()
        for path in sorted(source.rglob("*")):
            if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts):
                yield self._renamed(path.relative_to(source)), self._text(path)

    def _text(self, path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        for option in (self.auth, self.scale):
            for file, old, new in _REWRITES[option]:
                if path.name == file:
                    if old not in text:
                        raise AssertionError(f"the template has no {old!r} in {file} any more")
                    text = text.replace(old, new)
        return self._named(text)

    def _renamed(self, path: Path) -> Path:
        return Path(*(self._named(part) for part in path.parts))

    def _named(self, text: str) -> str:
        return text.replace("acorn", self.name).replace("Acorn", self.name.capitalize())


def template_folder() -> Path:
    """Return where the example lies: inside the wheel, or in the checkout of an editable install."""
    package = Path(invoicekit.__file__).parent
    for folder in (package / "_template", package.parent / "adapters" / "example"):
        if (folder / "pyproject.toml").is_file():
            return folder
    raise UsageError("this installation lacks the template; reinstall invoicekit")
