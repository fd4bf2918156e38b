"""The example adapter as a template: the same files under another name, with another key, scale or paging."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib.resources import files
from pathlib import Path

import attrs

import invoicekit
from invoicekit.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


_OURS_ALONE = frozenset({"__pycache__", ".pytest_cache", ".ruff_cache", "ruff.toml"})
_WORDS = 'DRAFT, OPEN, PAID, VOID = "draft", "open", "paid", "void"'
_STATUSES = ("draft", "open", "paid", "void")
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,30}")


class Auth(Enum):
    """How requests are signed."""

    KEY = "key"
    BEARER = "bearer"
    OAUTH = "oauth"
    """Bearer tokens by client credentials."""


class ScaleOption(Enum):
    """How amounts are written."""

    MINOR = "minor"
    """Minor units by the currency's exponent: 120.00 EUR is 12000, 120 JPY is 120."""
    HUNDREDTHS = "hundredths"
    """Always times 100."""
    DECIMAL = "decimal"
    """Major units, as text: 120.00 EUR is "120.00"."""


class Paging(Enum):
    """How a list goes on."""

    CURSOR = "cursor"
    """Each page names the next."""
    PAGE = "page"
    """Pages have numbers, and each says how many there are."""


def status_words(given: Sequence[str]) -> Mapping[str, str]:
    """Read ``open=SENT`` texts: what the provider calls its statuses.

    Raises:
        UsageError: One names no status, is no word, or two have the same.
    """
    words = dict(zip(_STATUSES, _STATUSES, strict=True))
    for text in given:
        name, sign, word = text.partition("=")
        if not sign or name not in words or _WORD.fullmatch(word) is None:
            raise UsageError(
                f"--status wants one of {', '.join(_STATUSES)} and a word, like open=SENT; got {text!r}"
            )
        words[name] = word
    if len(set(words.values())) < len(words):
        raise UsageError("--status: two statuses have the same word")
    return words


@attrs.frozen(kw_only=True)
class Template:
    """A new distribution, not yet written.

    Attributes:
        name: What users connect by; lower case.
        words: What the provider calls draft, open, paid and void.
    """

    name: str
    auth: Auth = Auth.KEY
    scale: ScaleOption = ScaleOption.MINOR
    paging: Paging = Paging.CURSOR
    words: Mapping[str, str] = attrs.field(factory=lambda: status_words(()))

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
            if path.is_file() and not _OURS_ALONE & set(path.parts):
                yield self._renamed(path.relative_to(source)), self._text(path)

    def _text(self, path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        changes = _options()
        for option in (self.auth, self.scale, self.paging):
            for change in changes.get(option.value, ()):
                if path.name == change["file"]:
                    text = _replaced(text, change["old"].strip("\n"), change["new"].strip("\n"), path.name)
        if path.name in {"wire.py", "simulator.py"}:
            words = ", ".join(f'"{self.words[status]}"' for status in _STATUSES)
            text = _replaced(text, _WORDS, f"DRAFT, OPEN, PAID, VOID = {words}", path.name)
        return self._named(text)

    def _renamed(self, path: Path) -> Path:
        return Path(*(self._named(part) for part in path.parts))

    def _named(self, text: str) -> str:
        return text.replace("acorn", self.name).replace("Acorn", self.name.capitalize())


def _options() -> Mapping[str, Sequence[Mapping[str, str]]]:
    return tomllib.loads(files("invoicekit.cli").joinpath("adapter_options.toml").read_text("utf-8"))


def _replaced(text: str, old: str, new: str, file: str) -> str:
    if old not in text:
        raise AssertionError(f"the template has no {old!r} in {file} any more")
    return text.replace(old, new)


def template_folder() -> Path:
    """Return where the example lies: inside the wheel, or in the checkout of an editable install."""
    package = Path(invoicekit.__file__).parent
    for folder in (package / "_template", package.parent / "adapters" / "example"):
        if (folder / "pyproject.toml").is_file():
            return folder
    raise UsageError("this installation lacks the template; reinstall invoicekit")
