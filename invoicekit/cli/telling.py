"""How a command is shown while it runs, and where its report goes."""

from pathlib import Path

import attrs

from invoicekit.cli.display import Display, ProgressKind, display_of
from invoicekit.report import check_report_path


@attrs.frozen(kw_only=True)
class Telling:
    """What was asked for.

    Attributes:
        title: What the report is headed, e.g. the command.
        report: Where it goes, by the path's ending.
        display: What is shown meanwhile.
    """

    title: str = "invoicekit"
    report: Path | None = None
    display: Display = attrs.field(factory=lambda: display_of(ProgressKind.AUTO, is_quiet=False))

    @classmethod
    def of(cls, title: str, *, report: Path | None, progress: ProgressKind, is_quiet: bool) -> "Telling":
        """Put the options together."""
        return cls(title=title, report=report, display=display_of(progress, is_quiet=is_quiet))

    def check(self) -> None:
        """Refuse a path that no report can have, before anything is sent.

        Raises:
            UsageError: It ends in something else, or its folder does not exist.
        """
        if self.report is not None:
            check_report_path(self.report)
