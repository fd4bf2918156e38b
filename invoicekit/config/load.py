"""An adapter's configuration, put together from every place where a setting may stand."""

import os
from collections.abc import Mapping
from typing import TypeVar

import attrs

from invoicekit.config.convert import Setting, convert, settings_of
from invoicekit.config.profile import Profile, guess
from invoicekit.config.source import (
    Environment,
    Source,
    arguments_source,
    expanded,
    profile_source,
    read_secret,
    variable,
)
from invoicekit.errors import ConfigurationError

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class _Spelling:
    """One key under which a setting may be given."""

    setting: Setting
    is_file: bool = False
    is_variable: bool = False


def load_config(
    config_type: type[C],
    *,
    provider: str,
    arguments: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    profile: Profile | Mapping[str, object] | None = None,
) -> C:
    """Build an adapter's configuration: an argument wins over the environment, that over the profile.

    Wherever a secret such as ``api_key`` may be given, ``api_key_file`` may name a file that holds it, and
    ``api_key_env`` an environment variable. Secrets are wrapped at once.

    Args:
        config_type: An attrs class; its fields are the settings.
        provider: Part of the variables' names: ``INVOICEKIT_CLOCKIFY_API_KEY``.
        arguments: As given by the caller; None stands for not given.
        environ: The process's own where none is given.
        profile: What a profile holds.

    Raises:
        ConfigurationError: A setting is missing, unknown or unusable; the message names it, where it
            stands, and where it may stand. Nothing was opened or sent.
        IncompatibleAdapter: The class is none that settings can be read off.
    """
    settings = settings_of(config_type, provider)
    environment = Environment(os.environ if environ is None else environ)
    sources = [arguments_source(arguments or {}), environment.source(provider)]
    if profile is not None:
        sources.append(profile_source(profile.settings if isinstance(profile, Profile) else profile))
    spellings = _spellings(settings)
    for source in sources:
        _check(source, provider, settings, spellings)
    found: dict[str, object] = {}
    for source in sources:
        for key in source.values:
            spelling = spellings[key]
            if spelling.setting.key not in found:
                found[spelling.setting.key] = _take(source, key, spelling, environment)
    missing = [setting for setting in settings.values() if setting.is_required and setting.key not in found]
    if missing:
        raise ConfigurationError("; ".join(_missing(setting, provider) for setting in missing))
    try:
        return config_type(**found)
    except (TypeError, ValueError) as error:
        complaint = error.args[0] if error.args else type(error).__name__
        raise ConfigurationError(f"{provider}: {complaint}") from error


def _spellings(settings: Mapping[str, Setting]) -> Mapping[str, _Spelling]:
    indirect: dict[str, _Spelling] = {}
    for key, setting in settings.items():
        if setting.is_secret:
            indirect[f"{key}_file"] = _Spelling(setting=setting, is_file=True)
            indirect[f"{key}_env"] = _Spelling(setting=setting, is_variable=True)
    return indirect | {key: _Spelling(setting=setting) for key, setting in settings.items()}


def _check(
    source: Source, provider: str, settings: Mapping[str, Setting], spellings: Mapping[str, _Spelling]
) -> None:
    """Refuse what cannot be meant, also where another place wins.

    Raises:
        ConfigurationError: An unknown key, two spellings of one setting, or a secret that others can read.
    """
    first: dict[str, str] = {}
    for key in source.values:
        if key not in spellings:
            raise ConfigurationError(
                f"{source.called(key)} is no setting of {provider}{guess(key, spellings)}; "
                f"known: {', '.join(sorted(settings))}"
            )
        spelling = spellings[key]
        other = first.setdefault(spelling.setting.key, key)
        if other != key:
            raise ConfigurationError(
                f"{source.called(key)} and {source.called(other)} are both given: keep one"
            )
        if key == spelling.setting.key and spelling.setting.is_secret and not source.is_private:
            raise ConfigurationError(
                f"{source.called(key)} stands in a file that others can read: make it private (chmod 600), "
                f"or write {key}_env or {key}_file instead"
            )


def _take(source: Source, key: str, spelling: _Spelling, environment: Environment) -> object:
    where = source.called(key)
    if spelling.is_file or spelling.is_variable:
        name = source.values[key]
        if not isinstance(name, str | os.PathLike) or not os.fspath(name):
            raise ConfigurationError(f"{where} must be text and not empty")
        if spelling.is_variable:
            return environment.secret(os.fspath(name), where)
        return read_secret(expanded(os.fspath(name), source.directory), where)
    return convert(spelling.setting, source.values[key], where)


def _missing(setting: Setting, provider: str) -> str:
    key = setting.key
    in_profile = f"{key}, {key}_env or {key}_file" if setting.is_secret else key
    return (
        f"{provider} needs {key}: give {key}=…, or set {variable(provider, key)}, "
        f"or write {in_profile} in the profile"
    )
