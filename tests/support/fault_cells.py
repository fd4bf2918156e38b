"""The table: which of the 32 faults apply to which of the nine operations, and how each cell may end."""

from collections.abc import Mapping

import attrs
from fault_kinds import FAULTS, Code
from fault_worlds import WORLDS

OPERATIONS: Mapping[str, str] = {
    "W1": "set an invoice's status",
    "W2": "mark time entries invoiced",
    "W3": "set paidAt",
    "W4": "record a payment without a key",
    "W5": "record a payment under a natural key, in two steps",
    "W6": "write under the provider's own key",
    "W7": "create an invoice by its number",
    "R1": "read one invoice",
    "R2": "list invoices",
}

_NO_EFFECT = "a read has no effect that could come late, twice or by somebody else"
_NOT_APPLICABLE: Mapping[str, Mapping[str, str]] = {
    **{
        fault: dict.fromkeys(("R1", "R2"), _NO_EFFECT)
        for fault in ("F5", "F7", "F8", "F9", "F15", "F20", "F21", "F22", "F23", "F26", "F27", "F31", "F32")
    },
    "F29": dict.fromkeys(("R1", "R2"), "a read is not journalled"),
    "F19": dict.fromkeys(
        ("W1", "W3", "W4", "W5", "W6", "W7", "R1", "R2"), "only a batch can be applied in part"
    ),
    "F24": dict.fromkeys(("W1", "W3", "W6", "R1"), "no list is read: it has no pages"),
    "F25": dict.fromkeys(
        ("W1", "W2", "W3", "W5", "W6", "W7", "R1", "R2"), "nothing but the keyless payment needs a marker"
    ),
}

_R, _S, _K, _N, _M = "R1 R2", "W1 W2 W3", "W6", "W5 W7", "W4"


def _row(read: str, value: str, key: str, natural: str, marker: str) -> Mapping[str, frozenset[Code]]:
    columns = ((_R, read), (_S, value), (_K, key), (_N, natural), (_M, marker))
    return {
        op: frozenset(Code[name] for name in codes.split())
        for operations, codes in columns
        for op in operations.split()
    }


# Columns: reads | set | provider's key | natural key | marker. Where it is stricter than "typed error" for a
# SET, it is because the guard reads, and asks for the same value again.
_CODES: Mapping[str, Mapping[str, frozenset[Code]]] = {
    "F1": _row("RT", "RT", "RT", "RT", "RT"),
    "F2": _row("ER", "ER", "ER", "ER", "ER"),
    "F3": _row("RT", "RT", "RT", "ST", "ST"),
    "F4": _row("RT", "RT", "RT", "ST", "ST"),
    "F5": _row("", "RT", "RT", "VB", "VB"),
    "F6": _row("RT", "RT", "RT", "ST", "ST"),
    "F7": _row("", "RT", "RT", "VB", "VB"),
    "F8": _row("", "RT", "RT", "VB", "VB"),
    "F9": _row("", "RT", "RT", "ID DD", "ID DD"),
    "F10": _row("RT", "RT", "RT", "VB", "VB"),
    "F11": _row("ER", "RT", "RT", "VB", "VB"),
    "F12": _row("ER", "RT", "RT", "ST", "ST"),
    "F13": _row("ER", "RT", "RT", "VB", "VB"),
    "F14": _row("RT", "RT", "RT", "ST", "ST"),
    "F15": _row("", "RT", "RT", "VB", "VB"),
    "F16": _row("RT ER", "RT ER", "RT ER", "RT ER", "RT ER"),
    "F17": _row("RT ER", "RT ER", "RT ER", "RT ER", "RT ER"),
    "F18": _row("ER RT", "ER", "ER", "ER", "ER"),
    "F19": _row("", "ER", "", "", ""),
    "F20": _row("", "RT", "RT", "VB", "VB"),
    "F21": _row("", "RT", "RT", "ID DD", "ID DD"),
    "F22": _row("", "SK", "RT", "VB SK ID ST", "VB ID"),
    "F23": _row("", "RT", "RT", "DD", "DD"),
    "F24": _row("ER", "RT", "", "ID VB", "ID"),
    "F25": _row("", "", "", "", "ID"),
    "F26": _row("", "CL", "CL", "CL", "CL"),
    "F27": _row("", "CL", "CL", "CL", "CL"),
    "F28": _row("CL", "CL", "CL", "CL", "CL"),
    "F29": _row("", "FC RT", "FC RT", "FC RT", "FC RT"),
    "F30": _row("RT", "RT", "RT", "VB", "VB"),
    "F31": _row("", "CL", "CL", "CL", "CL"),
    "F32": _row("", "RT", "RT", "VB", "VB"),
}


@attrs.frozen
class Cell:
    """One fault on one operation."""

    fault: str
    op: str

    @property
    def places(self) -> tuple[str, ...]:
        """Where the operation is tried."""
        return tuple(WORLDS[self.op])

    @property
    def is_stepped(self) -> bool:
        """Whether it is stopped at steps, which must be counted first."""
        return self.fault in ("F26", "F27", "F28")

    def __str__(self) -> str:
        return f"{self.fault}-{self.op}"


CELLS = tuple(
    Cell(fault, op) for fault in FAULTS for op in OPERATIONS if op not in _NOT_APPLICABLE.get(fault, {})
)

NOT_APPLICABLE = {(fault, op): why for fault, ops in _NOT_APPLICABLE.items() for op, why in ops.items()}


def expected_codes(fault: str, op: str) -> frozenset[Code]:
    """Return how the table lets a cell end."""
    return _CODES[fault][op]
