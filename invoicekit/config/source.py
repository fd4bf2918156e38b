"""The places where settings may stand, what they are called there, and secrets kept elsewhere."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from invoicekit.config.profile import Settings
from invoicekit.errors import ConfigurationError
from invoicekit.secret import Secret

_SECRET_FILE_LIMIT = 64 * 1024


@attrs.frozen(kw_only=True)
class Source:
    """One place with settings; its `repr` shows no value.

    Attributes:
        values: As they stand there, by key.
        called: What a key is called there, for messages.
        directory: What relative paths start from.
        is_private: Whether a secret may stand there as it is.
    """

    values: Mapping[str, object] = attrs.field(repr=False)
    called: Callable[[str], str] = attrs.field(repr=False)
    directory: Path = attrs.field(factory=Path)
    is_private: bool = True


@attrs.frozen
class Environment:
    """The environment's variables; its `repr` shows none of them."""

    _variables: Mapping[str, str] = attrs.field(repr=False)

    def secret(self, name: str, where: str) -> Secret:
        """Return what the variable holds.

        Raises:
            ConfigurationError: It is not set, or empty.
        """
        secret = Secret(self._variables.get(name, "").strip())
        if not secret:
            raise ConfigurationError(f"{where} names the environment variable {name}, which is not set")
        return secret

    def source(self, provider: str) -> Source:
        """Return the variables that are meant for a provider."""
        prefix = variable(provider, "")
        names = {
            name.removeprefix(prefix).lower() if name == name.upper() else name: name
            for name in self._variables
            if name.startswith(prefix)
        }
        values = {key: self._variables[name] for key, name in names.items()}
        return Source(values=values, called=names.__getitem__)


def variable(provider: str, key: str) -> str:
    """Return the environment variable of a setting, e.g. ``INVOICEKIT_CLOCKIFY_API_KEY``."""
    return "_".join(("INVOICEKIT", re.sub(r"[^A-Za-z0-9]", "_", provider), key)).upper()


def arguments_source(arguments: Mapping[str, object]) -> Source:
    """Return what the caller gave; None stands for not given."""
    values = {key: value for key, value in arguments.items() if value is not None}
    return Source(values=values, called=lambda key: f"argument {key}")


def profile_source(settings: Mapping[str, object]) -> Source:
    """Return what a profile holds."""
    if isinstance(settings, Settings):
        origin = settings.origin
        return Source(
            values=settings,
            called=lambda key: f"{key} in {origin}",
            directory=settings.directory,
            is_private=settings.is_private,
        )
    return Source(values=settings, called=lambda key: f"{key} in the profile")


def read_secret(path: Path, where: str) -> Secret:
    """Return the one line that a file holds.

    Raises:
        ConfigurationError: It cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as stream:
            held = Secret(stream.read(_SECRET_FILE_LIMIT).decode().strip())
    except OSError as error:
        raise ConfigurationError(f"{where}: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        held = Secret("")
    if not held.reveal().isprintable() or not held:
        raise ConfigurationError(f"{where}: {path} must hold one line of text and nothing else")
    return held


def expanded(path: str, directory: Path) -> Path:
    """Return the path, a relative one from the directory on."""
    return directory / Path(os.path.expanduser(path))
