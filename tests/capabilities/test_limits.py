"""Declared limits are those that the adapter itself keeps to."""

from typing import Any

import attrs
import pytest
from provider_desks import ProviderDesk
from service_calls import Caller

from invoicekit.adapter import Limits
from invoicekit.errors import ConfigurationError


@pytest.fixture
def limits(desk: ProviderDesk) -> Limits:
    """What is declared; nobody leaves it out."""
    declared = desk.service.capabilities().limits
    assert declared is not None
    return declared


@pytest.fixture
def config(desk: ProviderDesk) -> Any:
    """The settings of the adapter on the desk: each adapter has a class of its own."""
    return desk.service.native.config


def test_calls_start_at_a_declared_rate(desk: ProviderDesk, limits: Limits, config: Any) -> None:
    """Without a rate in the settings, the limiter starts from one of the declared sets of windows."""
    unrated = attrs.evolve(config, rate=None) if hasattr(config, "rate") else config

    windows = type(desk.service.native).site(unrated).windows

    assert windows in (limits.windows.values() if limits.windows else [()])


async def test_lists_ask_for_the_declared_page(caller: Caller, limits: Limits) -> None:
    """The rows that a list asks for, where nothing else is set, are the declared ones."""
    if caller.desk.simulator is None or limits.page_size is None:
        return

    await caller.service.list_customers().snapshot()

    (asked,) = caller.desk.simulator.requests[-1:]
    assert [str(limits.page_size)] in list(map(list, asked.query.values()))


def test_no_settings_ask_for_more_than_declared(limits: Limits, config: Any) -> None:
    """The largest page can be set, and one row more cannot."""
    if not hasattr(config, "page_size"):
        return
    assert limits.most_page_size is not None

    assert attrs.evolve(config, page_size=limits.most_page_size).page_size == limits.most_page_size
    with pytest.raises(ConfigurationError, match="page_size"):
        attrs.evolve(config, page_size=limits.most_page_size + 1)
