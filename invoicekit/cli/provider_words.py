"""What an adapter declares, in the few words that fit a cell or a line."""

from collections import Counter
from collections.abc import Iterator

from invoicekit.adapter import Capabilities, Capability, Fields, Limits, RateWindow, Scale, Support, Webhooks
from invoicekit.wire import FixedPlaces, MajorDecimal, MinorByExponent, ScaledNumber

LEGEND = (
    ("4", "requests of one call, looks before and after included; none for a file of your own"),
    ("6+3n", "6 requests, and 3 more for each of n further lines or entries"),
    ("1/200", "one request for up to 200 entries"),
    ("marker", "what tells a repeat from a second effect"),
    ("none", "nothing does: never sent again by itself"),
    ("!", "may destroy records or cannot be taken back; statuses then need consent by name"),
    ("-", "refused before any request, with what to do instead"),
)
"""What a cell of the matrix means, sign by sign."""

WIDE_SIGNS = frozenset({"marker", "none"})
"""Signs that only a wide cell shows."""

_REFUSED = {Support.UNSUPPORTED: "-", Support.NOT_IMPLEMENTED: "not yet", Support.UNKNOWN: "?"}
_SPANS = {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "day"}


def cost(capability: Capability) -> str:
    """Say how many requests a call takes: ``4``, ``6+3n``, ``1/200``; empty where it takes none."""
    if not capability.is_offered or not capability.calls:
        return ""
    each = f"+{capability.calls_each}n" if capability.calls_each else ""
    batch = f"/{capability.batch_limit}" if capability.batch_limit else ""
    return f"{capability.calls}{each}{batch}"


def repeat(capability: Capability) -> str:
    """Say what tells a repeat from a second effect; empty for what writes nothing."""
    return capability.idempotency.value if capability.idempotency else ""


def cell(capabilities: Capabilities, operation: str, *, is_wide: bool) -> str:
    """Say in one cell how an operation is offered.

    Args:
        is_wide: Whether there is room for what tells a repeat from a second effect.
    """
    capability = capabilities.of(operation)
    if not capability.is_offered:
        return _REFUSED[capability.support]
    words = f"{capability.support.value} {cost(capability)}".rstrip()
    if is_wide and repeat(capability):
        words += f", {repeat(capability)}"
    return f"{words} !" if capabilities.is_destructive(operation) else words


def rates(limits: Limits | None) -> str:
    """Say how often requests may be sent: ``50/s (a paid plan); 30/h (a free plan)``."""
    if limits is None:
        return "not told"
    told = [
        f"{' and '.join(map(_rate, windows))} ({who})" for who, windows in limits.windows.items() if windows
    ]
    return "; ".join(told) or "no limit"


def pages(limits: Limits | None) -> str:
    """Say how many rows a page has: ``200 rows, at most 5000``."""
    if limits is None:
        return "not told"
    if limits.page_size is None:
        return "none: whole lists"
    is_fixed = limits.most_page_size in (None, limits.page_size)
    return f"{limits.page_size} rows" + ("" if is_fixed else f", at most {limits.most_page_size}")


def _rate(window: RateWindow) -> str:
    span = _SPANS.get(window.seconds)
    return f"{window.limit}/{span}" if span else f"{window.limit} in {window.seconds:g} s"


def scale(scale: Scale) -> str:
    """Name a scale of the wire."""
    if isinstance(scale, MinorByExponent):
        return "minor units"
    if isinstance(scale, MajorDecimal):
        return "decimal"
    if isinstance(scale, FixedPlaces):
        return "hundredths" if scale.places == 2 else f"x {10**scale.places}"
    if isinstance(scale, ScaledNumber):
        return f"x {10**scale.places}"
    return type(scale).__name__


def amounts(capabilities: Capabilities) -> str:
    """Say how the wire writes money: the usual way, then the fields that differ."""
    told = [
        (f"{fields.model.__name__}.{name}", scale(one))
        for fields in capabilities.fields
        for name, one in sorted(fields.scales.items())
        if not isinstance(one, ScaledNumber)
    ]
    if not told:
        return "not told"
    usual = Counter(word for _, word in told).most_common(1)[0][0]
    return "; ".join([usual, *(f"{name}: {word}" for name, word in told if word != usual)])


def not_carried(capabilities: Capabilities) -> str:
    """Name the fields that the provider does not have, model by model."""
    if not capabilities.fields:
        return "not told"
    told = [
        f"{one.model.__name__}: {', '.join(sorted(one.unsupported)) if one.carried else 'all'}"
        for one in capabilities.fields
        if one.unsupported
    ]
    return "; ".join(told) or "none"


def settable(capabilities: Capabilities) -> str:
    """Name the statuses that may be asked for; ``!`` where one needs consent."""
    grave = {rule.raw for rule in capabilities.grave_steps()}
    rows = [rule for rule in capabilities.statuses if rule.is_settable]
    return ", ".join(f"{rule.status.value}{' !' if rule.raw in grave else ''}" for rule in rows) or "none"


def hooks(webhooks: Webhooks | None) -> str:
    """Name what the provider tells by itself."""
    return "none" if webhooks is None else ", ".join(webhooks.events) or "none of these"


def filters(capabilities: Capabilities) -> Iterator[tuple[str, str]]:
    """Give each offered list with the arguments that narrow it."""
    for operation, capability in capabilities.operations.items():
        if operation.startswith("list_") and capability.is_offered:
            yield operation, ", ".join(sorted(capability.filters)) or "none"


def scales(fields: Fields) -> str:
    """Say how the wire writes the numbers of a model: ``hundredths: amount, unit_price; x 100: quantity``."""
    told: dict[str, list[str]] = {}
    for name, one in sorted(fields.scales.items()):
        told.setdefault(scale(one), []).append(name)
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in told.items())
