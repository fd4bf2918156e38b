"""What all bulk commands are given, each option once."""

from collections.abc import Sequence

import attrs

from invoicekit.bulk import Columns, Inputs
from invoicekit.cli.bulk_input import (
    DecimalOption,
    DelimiterOption,
    EncodingOption,
    MapOption,
    ValueOption,
    inputs_of,
)
from invoicekit.cli.bulk_resume import AcceptChangesOption, ResumeOption
from invoicekit.cli.consent import Allowed
from invoicekit.cli.option_groups import OptionGroup
from invoicekit.cli.options import (
    AllowIrreversibleOption,
    DryRunOption,
    PaymentLossOption,
    RowsOutOption,
)


@attrs.frozen(kw_only=True)
class FormOptions(OptionGroup):
    """How the files are written."""

    mapping: MapOption = None
    delimiter: DelimiterOption = None
    encoding: EncodingOption = None

    def inputs(self, files: Sequence[str], columns: Columns) -> Inputs:
        """Put files and form together.

        Raises:
            UsageError: As `inputs_of`.
        """
        return inputs_of(
            files, columns, mapping=self.mapping, delimiter=self.delimiter, encoding=self.encoding
        )


@attrs.frozen(kw_only=True)
class AmountFormOptions(OptionGroup):
    """How files with amounts are written."""

    mapping: MapOption = None
    values: ValueOption = None
    delimiter: DelimiterOption = None
    decimal: DecimalOption = None
    encoding: EncodingOption = None

    def inputs(self, files: Sequence[str], columns: Columns) -> Inputs:
        """Put files and form together.

        Raises:
            UsageError: As `inputs_of`.
        """
        return inputs_of(files, columns, **attrs.asdict(self))


@attrs.frozen(kw_only=True)
class ConsentOptions(OptionGroup):
    """What is allowed by name."""

    allow_irreversible: AllowIrreversibleOption = False
    allow_payment_loss: PaymentLossOption = None

    @property
    def allowed(self) -> Allowed:
        """Put them together."""
        return Allowed(irreversible=self.allow_irreversible, payment_loss=self.allow_payment_loss)


@attrs.frozen(kw_only=True)
class JobOptions(OptionGroup):
    """Whether a job is carried out, or gone on with, and where each row's outcome goes."""

    resume: ResumeOption = False
    accept_changes: AcceptChangesOption = False
    dry_run: DryRunOption = False
    rows_out: RowsOutOption = None
