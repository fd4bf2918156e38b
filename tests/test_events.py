"""Records that are told to hooks."""

import asyncio

import attrs
import pytest

from invoicekit import events
from invoicekit.events import Event, RateChanged, emit

KINDS = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]


@pytest.mark.parametrize("kind", KINDS)
def test_records_are_frozen_and_name_the_provider(kind: type[Event]) -> None:
    """A record that was handed out says the same for ever, and always from whom."""
    assert "provider" in attrs.fields_dict(kind)
    assert kind.__setattr__ is not object.__setattr__


async def test_hooks_hear_in_order_after_the_step() -> None:
    """Telling does not call: the loop does, one record after the other, hook by hook."""
    heard: list[tuple[str, float]] = []

    def hook(name: str) -> events.Hook:
        return lambda event: heard.append((name, event.rate if isinstance(event, RateChanged) else -1.0))

    hooks = [hook("a"), hook("b")]
    emit(hooks, RateChanged(provider="acme", rate=1.0))
    emit(hooks, RateChanged(provider="acme", rate=2.0))
    at_once = list(heard)

    await asyncio.sleep(0)

    assert at_once == []
    assert heard == [("a", 1.0), ("b", 1.0), ("a", 2.0), ("b", 2.0)]
