"""The settings of a tenant, checked when they are given."""

from decimal import Decimal
from typing import Any

import pytest
from kukkingu_desk import TENANT

from invoicekit.config import load_config
from invoicekit.errors import ConfigurationError
from invoicekit.secret import Secret
from invoicekit_kukkingu import BillableAmount, Kukkingu, KukkinguConfig


def loaded(**settings: Any) -> KukkinguConfig:
    given = {"token": "key", "tenant_id": TENANT, **settings}
    arguments = {name: value for name, value in given.items() if value is not None}
    return load_config(KukkinguConfig, provider="kukkingu", arguments=arguments, environ={})


def test_every_request_names_the_tenant_and_the_token() -> None:
    """Both headers belong to the credentials, which only declared hosts ever see."""
    site = Kukkingu.site(loaded())

    assert dict(site.credentials.headers()) == {"tenant-id": TENANT, "Authorization": "Bearer key"}
    assert site.hosts == {"api": "https://api.contracting.kukkingu.software/api/v1"}
    assert site.account == TENANT


def test_a_provider_stands_in_for_the_token() -> None:
    """With a provider the channel asks for tokens, and the credentials name the tenant alone."""
    site = Kukkingu.site(loaded(token=None, token_provider=lambda: "key"))

    assert dict(site.credentials.headers()) == {"tenant-id": TENANT}
    assert site.token_source is not None


@pytest.mark.parametrize(
    ("named", "settings"),
    [
        ("token", {"token": None}),
        ("token", {"token_provider": lambda: "key"}),
        ("token", {"token": "a b"}),
        ("token_provider", {"token": None, "token_provider": "key"}),
        ("tenant_id", {"tenant_id": "tnt x"}),
        ("tenant_id", {"tenant_id": None}),
        ("contract_id", {"contract_id": "inv_mqxd1kc6bgtcc676xoqzax47"}),
        ("billable_id", {"billable_id": "../bil"}),
        ("exchange_rate", {"exchange_rate": 1.12}),
        ("exchange_rate", {"exchange_rate": "-1"}),
        ("exchange_rate", {"exchange_rate": "NaN"}),
        ("exchange_rate", {"exchange_rate": True}),
        ("exchange_rate", {"exchange_rate": "1,12"}),
        ("exchange_rate", {"exchange_rate": "1." + "1" * 40}),
        ("billable_amount", {"billable_amount": "both"}),
        ("settle_seconds", {"settle_seconds": -1}),
        ("rate", {"rate": "fast"}),
    ],
)
def test_what_cannot_work_is_refused_by_name(named: str, settings: dict[str, object]) -> None:
    """A refused setting is named, and nothing was sent."""
    with pytest.raises(ConfigurationError, match=named):
        loaded(**settings)


def test_the_exchange_rate_stays_the_number_that_was_written() -> None:
    """Text becomes a Decimal of the same digits."""
    assert loaded(exchange_rate="1.120").exchange_rate == Decimal("1.120")


def test_the_meaning_of_a_lines_amount_is_chosen_by_name() -> None:
    """The unit price unless told otherwise."""
    assert loaded().billable_amount is BillableAmount.UNIT_PRICE
    assert loaded(billable_amount="line_total").billable_amount is BillableAmount.LINE_TOTAL


def test_neither_the_token_nor_its_provider_is_shown() -> None:
    """A config may be printed."""

    def provider() -> str:
        return "hidden"

    assert "hidden" not in repr(loaded(token=Secret("hidden")))
    assert "provider at" not in repr(loaded(token=None, token_provider=provider))


def test_limits_may_be_given() -> None:
    """All windows of a rate hold at once; without one the start is a guess."""
    given = Kukkingu.site(loaded(rate="2/s, 300/min")).windows
    guess = Kukkingu.site(loaded()).windows

    assert [(one.limit, one.seconds) for one in given] == [(2, 1.0), (300, 60.0)]
    assert [one.is_documented for one in guess] == [False]
