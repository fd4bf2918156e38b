"""Options that belong together, written once and taken by a command as one value."""

import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import attrs

from invoicekit.cli.connection import Target
from invoicekit.cli.display import ProgressKind
from invoicekit.cli.options import (
    BaseUrlOption,
    JournalOption,
    JsonOption,
    OnDoubtOption,
    ProfileOption,
    ProgressOption,
    ProviderOption,
    QuietOption,
    ReportOption,
    SettingsOption,
    WorkspaceOption,
)
from invoicekit.cli.telling import Telling
from invoicekit.guard import OnDoubt

R = TypeVar("R")


class OptionGroup:
    """A class of attrs whose fields are options, in the order in which help shows them."""

    @classmethod
    def parameters(cls) -> Iterator[inspect.Parameter]:
        """Return what a command line is told about each of them."""
        hints = get_type_hints(cls, include_extras=True)
        for name, field in attrs.fields_dict(cls).items():  # type: ignore[arg-type]  # each subclass is one
            yield inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, annotation=hints[name], default=field.default
            )


def grouped(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command each option of the groups that it takes, in the place of the group."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, tuple[type[OptionGroup], tuple[str, ...]]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        kind = hints[name]
        if inspect.isclass(kind) and issubclass(kind, OptionGroup):
            options = tuple(kind.parameters())
            groups[name] = (kind, tuple(option.name for option in options))
            parameters += options
        else:
            parameters.append(parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def ungrouped(**given: Any) -> R:
        for name, (kind, names) in groups.items():
            given[name] = kind(**{each: given.pop(each) for each in names})
        return command(**given)

    ungrouped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    ungrouped.__annotations__ = {each.name: each.annotation for each in parameters}
    return ungrouped


@attrs.frozen(kw_only=True)
class AccountOptions(OptionGroup):
    """Whose account it is about."""

    provider: ProviderOption = None
    profile: ProfileOption = None
    settings: SettingsOption = attrs.field(default=None, repr=False)
    base_url: BaseUrlOption = None
    workspace: WorkspaceOption = None

    @property
    def is_named(self) -> bool:
        """Whether any account is named."""
        return self.provider is not None or self.profile is not None

    def target(self, *, journal: Path | None, on_doubt: OnDoubt | None = None) -> Target:
        """Put them together.

        Raises:
            UsageError: As `Target.of`.
        """
        return Target.of(
            provider=self.provider,
            profile=self.profile,
            settings=self.settings,
            base_url=self.base_url,
            workspace=self.workspace,
            journal=journal,
            on_doubt=on_doubt,
        )


@attrs.frozen(kw_only=True)
class WorkOptions(AccountOptions):
    """On whose account a command writes, and where it writes its promises down."""

    journal: JournalOption = None
    on_doubt: OnDoubtOption = None

    def work(self) -> Target:
        """Put them together.

        Raises:
            UsageError: As `Target.of`.
        """
        return self.target(journal=self.journal, on_doubt=self.on_doubt)


@attrs.frozen(kw_only=True)
class TellingOptions(OptionGroup):
    """How a job is shown while it runs, and where its report goes."""

    report: ReportOption = None
    progress: ProgressOption = ProgressKind.AUTO
    quiet: QuietOption = False
    as_json: JsonOption = False

    def telling(self, title: str) -> Telling:
        """Put them together, under the report's title."""
        return Telling.of(title, report=self.report, progress=self.progress, is_quiet=self.quiet)
