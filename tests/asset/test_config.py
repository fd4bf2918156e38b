"""Settings: what is missing or unusable is named before anything is sent."""

import pytest
from asset_desk import config, new_invoice

from invoicekit import InvoiceService
from invoicekit.adapter import RateWindow
from invoicekit.errors import ConfigurationError
from invoicekit_asset import Asset
from invoicekit_asset.simulator import AssetSimulator

NEEDED = {
    "client_id": "client",
    "client_secret": "secret",
    "business_id": AssetSimulator.BUSINESS_ID,
    "currency": "USD",
    "environment": "sandbox",
}


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "business_id", "currency"])
def test_what_is_missing_is_named(missing: str) -> None:
    """With the places where it may be given."""
    settings = {name: value for name, value in NEEDED.items() if name != missing}

    with pytest.raises(ConfigurationError, match=missing) as caught:
        InvoiceService.connect("asset", **settings)  # type: ignore[arg-type]  # any setting

    assert f"INVOICEKIT_ASSET_{missing.upper()}" in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("business_id", "inv_1"),
        ("business_id", "biz_../x"),
        ("currency", "XAU"),
        ("currency", "dollars"),
        ("environment", "prod"),
        ("environment", None),
        ("base_url", "http://example.com"),
        ("base_url", "https://user@example.com"),
        ("base_url", "https://example.com/a?b"),
        ("base_url", "https://example.com/a/../b"),
        ("base_url", "ftp://example.com"),
        ("base_url", "https://exam ple.com"),
        ("ledger_id", "inl_1"),
        ("external_account_id", "eac_a b"),
        ("user_id", "a\r\nb"),
        ("settle_seconds", -1.0),
        ("settle_seconds", float("inf")),
        ("page_size", 0),
        ("page_size", 101),
        ("token_seconds", 5),
        ("lines_by", "piece"),
        ("rate", "5"),
        ("client_id", " "),
    ],
)
def test_what_cannot_work_is_refused(setting: str, value: object) -> None:
    """Each by the setting's name."""
    settings: dict[str, object] = {setting: value}
    if setting == "base_url":
        settings["environment"] = None

    with pytest.raises(ConfigurationError, match="client" if setting == "client_id" else setting):
        config(**settings)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"environment": "sandbox"}, "https://api.sandbox.getasset.com"),
        ({"environment": "production"}, "https://api.getasset.com"),
        ({"environment": None, "base_url": "http://127.0.0.1:8080/v0/"}, "http://127.0.0.1:8080"),
        ({"environment": None, "base_url": "http://localhost:1"}, "http://localhost:1"),
        ({"environment": None, "base_url": "https://Proxy.example/asset"}, "https://proxy.example/asset"),
    ],
)
def test_where_the_business_is(settings: dict[str, object], url: str) -> None:
    """By name or by URL; the version stands in the paths."""
    assert config(**settings).site().hosts == {"api": url}


def test_an_environment_and_a_url_contradict_each_other() -> None:
    """Nobody should have to guess whose money is meant."""
    with pytest.raises(ConfigurationError, match="environment"):
        config(environment="production", base_url="https://example.com")


def test_both_allowances_hold_unless_a_rate_is_given() -> None:
    """300 a minute for the tenant, and for the business as well."""
    minute = RateWindow(limit=300, seconds=60.0)

    assert config().site().windows == (minute, minute)
    assert config(rate="100/min, 3/s").site().windows == (
        RateWindow(limit=100, seconds=60.0),
        RateWindow(limit=3, seconds=1.0),
    )


def test_the_secret_shows_nowhere() -> None:
    """Not in a repr of the configuration, of the site or of the token's source."""
    made = config(client_secret="very-secret")

    assert "very-secret" not in f"{made!r} {made.site()!r} {Asset.site(made)!r}"


def test_lines_need_a_ledger_account() -> None:
    """The configured one, or one named by each line's kind."""
    without = config(ledger_id=None)

    with pytest.raises(ConfigurationError, match="ledger_id"):
        without.ledger_for("Service")

    assert without.ledger_for("ldg_abc") == "ldg_abc"
    assert config().ledger_for("Service") == AssetSimulator.LEDGER_ID
    assert new_invoice().line_items[0].kind is None


def test_the_currency_is_taken_in_any_case() -> None:
    """A code is a code."""
    assert config(currency=" usd ").currency == "USD"
