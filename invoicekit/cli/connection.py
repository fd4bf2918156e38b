"""From options to a service."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from invoicekit.adapter import Adapter
from invoicekit.cli.place import journal_path, prepared
from invoicekit.config import Profile, load_profile
from invoicekit.errors import UsageError
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.registry import Registry
from invoicekit.service import Connection, InvoiceService


@attrs.frozen(kw_only=True)
class Target:
    """Which account a command works on, and where it writes its promises down.

    Attributes:
        settings: Given on the command line; they win over environment and profile.
    """

    provider: str | None
    profile: str | None
    settings: Mapping[str, str] = attrs.field(repr=False)
    journal: Path | None
    on_doubt: OnDoubt | None

    @classmethod
    def of(
        cls,
        *,
        provider: str | None,
        profile: str | None,
        settings: Sequence[str] | None,
        base_url: str | None,
        workspace: str | None,
        journal: Path | None,
        on_doubt: OnDoubt | None,
    ) -> "Target":
        """Put the options together.

        Raises:
            UsageError: Neither or both of provider and profile, or a setting that is not KEY=VALUE.
        """
        if (provider is None) == (profile is None):
            raise UsageError("give either --provider NAME or --profile NAME")
        found = parse_settings(settings or ())
        for key, option, value in (
            ("base_url", "--base-url", base_url),
            ("workspace_id", "--workspace", workspace),
        ):
            if value is not None and key in found:
                raise UsageError(f"{option} and --set {key}=… are the same setting; give one of them")
            if value is not None:
                found[key] = value
        return cls(provider=provider, profile=profile, settings=found, journal=journal, on_doubt=on_doubt)

    def adapter_type(self) -> type[Adapter[object]]:
        """Return the adapter's class: enough for a dry run, without any key."""
        return Registry().adapter(self._provider(self._profile()))

    def journal_file(self) -> Path:
        """Return where promises are kept: the command line always keeps them."""
        profile = self._profile()
        return prepared(journal_path(self.journal or (profile.journal if profile else None)))

    def service(self) -> InvoiceService:
        """Connect; nothing is opened or sent yet.

        Raises:
            UsageError: No such adapter or profile, or a setting is missing or unusable.
        """
        profile = self._profile()
        chosen = self.on_doubt or (profile.on_doubt if profile else None) or OnDoubt.ASK
        # Not `InvoiceService.connect`: a setting must not be taken for one of its own parameters.
        return InvoiceService(
            Connection(
                self._provider(profile),
                arguments=self.settings,
                profile=profile.settings if profile else None,
                journal=self.journal_file(),
                policy=DoubtPolicy(on_doubt=chosen),
            )
        )

    def _profile(self) -> Profile | None:
        return None if self.profile is None else load_profile(self.profile)

    def _provider(self, profile: Profile | None) -> str:
        return profile.provider if profile else self.provider or ""


def parse_settings(texts: Sequence[str]) -> dict[str, str]:
    """Read KEY=VALUE texts.

    Raises:
        UsageError: One is not of that form, or a key stands twice. The message never shows a value.
    """
    found: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.isidentifier():
            raise UsageError("--set wants KEY=VALUE, e.g. --set region=euc1")
        if key in found:
            raise UsageError(f"--set {key}=… stands twice")
        found[key] = value
    return found
