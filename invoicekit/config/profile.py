"""Named profiles in a TOML file."""

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import attrs

from invoicekit.errors import ConfigurationError
from invoicekit.guard import OnDoubt
from invoicekit.secret import Secret

CONFIG_FILE = "INVOICEKIT_CONFIG"
"""Environment variable: the file that holds the profiles."""


@attrs.frozen(kw_only=True, eq=False)
class Settings(Mapping[str, object]):
    """An adapter's settings as they stand in a profile; its `repr` shows no value.

    Attributes:
        origin: The file and the profile, for messages.
        directory: What relative paths start from.
        is_private: Whether only its owner can read the file.
    """

    origin: str
    directory: Path
    is_private: bool
    _values: Mapping[str, object] = attrs.field(repr=False)

    def __getitem__(self, key: str) -> object:
        return _unveiled(self._values[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@attrs.frozen(kw_only=True)
class Profile:
    """One named way to connect.

    Attributes:
        settings: The adapter's own, not checked yet.
        journal: The journal's file; a relative one starts from the configuration file's directory, so
            that a profile has one journal wherever it is used from.
        on_doubt: What follows doubt that reading cannot settle, where the profile says so.
    """

    name: str
    provider: str
    settings: Settings
    journal: Path | None = None
    on_doubt: OnDoubt | None = None


def load_profile(
    name: str, path: str | os.PathLike[str] | None = None, *, environ: Mapping[str, str] | None = None
) -> Profile:
    """Read a profile; settings of the adapter are checked later, by `load_config`.

    Args:
        path: The TOML file; else the one that ``INVOICEKIT_CONFIG`` names, else ``./invoicekit.toml``, else
            ``$XDG_CONFIG_HOME/invoicekit/config.toml``.

    Raises:
        ConfigurationError: No such file or profile, or its text is not what a profile is; the message
            names the file, and the line where there is one.
    """
    file = _find(path, os.environ if environ is None else environ)
    tables, is_private = _read(file)
    _refuse_unknown(tables, {"profiles"}, f"{file}")
    profiles = tables.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise ConfigurationError(f"{file}: profiles are tables, each under [profiles.NAME]")
    if name not in profiles:
        there = f"there are {', '.join(sorted(profiles))}" if profiles else "there is none"
        raise ConfigurationError(f"{file} has no profile {name!r}{guess(name, profiles)}; {there}")
    values = dict(profiles[name])
    origin = f"{file}, profile {name!r}"
    journal = _text(values.pop("journal", None), "journal", origin)
    on_doubt = _text(values.pop("on_doubt", None), "on_doubt", origin)
    choices = [choice.value for choice in OnDoubt]
    if on_doubt is not None and on_doubt not in choices:
        raise ConfigurationError(f"{origin}: on_doubt is one of {', '.join(choices)}, not {on_doubt!r}")
    provider = _text(values.pop("provider", None), "provider", origin)
    if provider is None:
        raise ConfigurationError(f'{origin}: provider is missing; write for example provider = "clockify"')
    return Profile(
        name=name,
        provider=provider,
        settings=Settings(
            origin=origin, directory=file.parent.absolute(), is_private=is_private, values=values
        ),
        journal=None if journal is None else file.parent.absolute() / Path(journal).expanduser(),
        on_doubt=None if on_doubt is None else OnDoubt(on_doubt),
    )


def guess(word: str, known: Collection[str]) -> str:
    """Return what was probably meant, as the end of a sentence; empty where nothing comes close."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _find(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Path:
    named = path or environ.get(CONFIG_FILE)
    if named:
        return Path(named).expanduser()
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", "~"), ".config")
    places = (Path("invoicekit.toml"), Path(home).expanduser() / "invoicekit" / "config.toml")
    for place in places:
        if place.exists():
            return place
    raise ConfigurationError(
        f"there is no configuration file: {CONFIG_FILE} is not set, and neither ./{places[0]} nor "
        f"{places[1]} exists; make one with a table [profiles.NAME]"
    )


def _read(file: Path) -> tuple[dict[str, object], bool]:
    """Return the file's tables, and whether only its owner can read it."""
    try:
        with file.open("rb") as stream:
            is_private = not stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o077
            last_line = stream.read().count(b"\n") + 1
            stream.seek(0)
            tables = {key: _veiled(value) for key, value in tomllib.loads(stream.read().decode()).items()}
        return tables, is_private
    except OSError as error:
        refusal = f"{file}: cannot be read ({error.strerror})"
    except UnicodeDecodeError as error:
        refusal = f"{file}: is not UTF-8 text (byte {error.start})"
    except tomllib.TOMLDecodeError as error:
        refusal = _located(file, str(error), last_line)
    # Not inside the handlers: their errors hold the file's text, and with it perhaps a key.
    raise ConfigurationError(refusal)


def _veiled(value: object) -> object:
    """Return the value with every text in it masked: which of them are keys is not known yet."""
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, dict):
        return {key: _veiled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_veiled(inner) for inner in value]
    return value


def _unveiled(value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


def _located(file: Path, message: str, last_line: int) -> str:
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if found is None:
        return f"{file}:{last_line}: {message}"
    return f"{file}:{found[2]}: {found[1]} (column {found[3]})"


def _refuse_unknown(table: Mapping[str, object], known: Collection[str], origin: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigurationError(
                f"{origin}: unknown key {key!r}{guess(key, known)}; known: {', '.join(sorted(known))}"
            )


def _text(value: object, key: str, origin: str) -> str | None:
    text = _unveiled(value)
    if text is None or (isinstance(text, str) and text):
        return text
    raise ConfigurationError(f"{origin}: {key} must be text and not empty")
