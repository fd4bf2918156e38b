"""Settings: what is refused before anything is sent, and where each leads."""

import base64
import json

import pytest
from clockify_desk import WORKSPACE

from invoicekit.adapter import RateWindow
from invoicekit.errors import ConfigurationError
from invoicekit.secret import Secret
from invoicekit_clockify import Clockify, ClockifyConfig

OTHER = "65f0c0ffee0000000000ffff"


def config(**settings: object) -> ClockifyConfig:
    given: dict[str, object] = {"api_key": Secret("key"), "workspace_id": WORKSPACE, **settings}
    return ClockifyConfig(**given)  # type: ignore[arg-type]


def token(**claims: object) -> Secret:
    def part(document: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")

    return Secret(f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln")


EU = {
    "backendUrl": "https://euc1.clockify.me/api",
    "reportsUrl": "https://euc1.clockify.me/report",
    "workspaceId": WORKSPACE,
}


@pytest.mark.parametrize(
    ("settings", "core", "reports"),
    [
        ({}, "https://api.clockify.me/api", "https://reports.api.clockify.me"),
        (
            {"base_url": "https://api.clockify.me/api/v1/"},
            "https://api.clockify.me/api",
            "https://reports.api.clockify.me",
        ),
        ({"region": "use2"}, "https://use2.clockify.me/api", "https://use2.clockify.me/report"),
        (
            {"region": "developer"},
            "https://developer.clockify.me/api",
            "https://developer.clockify.me/report",
        ),
        ({"subdomain": "acme"}, "https://api.clockify.me/api", "https://acme.clockify.me/report"),
        (
            {"subdomain": "acme", "region": "euw2"},
            "https://euw2.clockify.me/api",
            "https://acme.clockify.me/report",
        ),
        (
            {"base_url": "http://127.0.0.1:8080/api"},
            "http://127.0.0.1:8080/api",
            "http://127.0.0.1:8080/report",
        ),
        ({"base_url": "http://[::1]:8080/api/"}, "http://[::1]:8080/api", "http://[::1]:8080/report"),
        (
            {"base_url": "https://proxy.example/clockify/api"},
            "https://proxy.example/clockify/api",
            "https://proxy.example/clockify/report",
        ),
        (
            {"base_url": "https://proxy.example/x", "reports_url": "https://reports.example/"},
            "https://proxy.example/x",
            "https://reports.example",
        ),
    ],
)
def test_hosts_follow_the_settings(settings: dict[str, object], core: str, reports: str) -> None:
    """Core and reports are two hosts, or two paths of one."""
    site = Clockify.site(config(**settings))

    assert site.hosts == {"api": core, "reports": reports}
    assert site.account == WORKSPACE


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"api_key": None}, "api_key"),
        ({"addon_token": token(**EU)}, "api_key"),
        ({"api_key": Secret("two words")}, "api_key"),
        ({"api_key": Secret("line\r\nX-Evil: 1")}, "api_key"),
        ({"workspace_id": None}, "workspace_id"),
        ({"workspace_id": "../../admin"}, "workspace_id"),
        ({"workspace_id": WORKSPACE.upper()}, "workspace_id"),
        ({"base_url": "api.clockify.me/api"}, "base_url"),
        ({"base_url": "http://api.clockify.me/api"}, "base_url"),
        ({"base_url": "ftp://api.clockify.me/api"}, "base_url"),
        ({"base_url": "https://api.clockify.me/api?x=1"}, "base_url"),
        ({"base_url": "https://api.clockify.me/api#x"}, "base_url"),
        ({"base_url": "https://me:pw@api.clockify.me/api"}, "base_url"),
        ({"base_url": "https://api.clockify.me/../api"}, "base_url"),
        ({"base_url": "https://api.clockify.me/%2e%2e/api"}, "base_url"),
        ({"base_url": "https://api.clockify.me:port/api"}, "base_url"),
        ({"base_url": "https://api.clockify.me/api", "region": "euc1"}, "region"),
        ({"base_url": "https://proxy.example/x"}, "reports_url"),
        ({"reports_url": "http://reports.example"}, "reports_url"),
        ({"region": "evil.example/"}, "region"),
        ({"subdomain": "a.evil.example#"}, "subdomain"),
        ({"settle_seconds": -1.0}, "settle_seconds"),
        ({"settle_seconds": float("nan")}, "settle_seconds"),
        ({"settle_seconds": float("inf")}, "settle_seconds"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 5001}, "page_size"),
        ({"rate": "fast"}, "rate"),
        ({"rate": "0/s"}, "rate"),
    ],
)
def test_an_unusable_setting_is_named(settings: dict[str, object], key: str) -> None:
    """The error names the key and where else it may be set, and shows no secret."""
    with pytest.raises(
        ConfigurationError, match=rf"clockify: {key} .*INVOICEKIT_CLOCKIFY_{key.upper()}"
    ) as bad:
        config(**settings)

    assert "two words" not in str(bad.value)
    assert "pw@" not in str(bad.value)


def test_an_addon_token_says_where_it_is_good() -> None:
    """Hosts and workspace come from the token's claims; only the token is needed."""
    site = config(api_key=None, workspace_id=None, addon_token=token(**EU)).site()

    assert site.hosts == {"api": EU["backendUrl"], "reports": EU["reportsUrl"]}
    assert site.account == WORKSPACE
    assert dict(site.credentials.headers()).keys() == {"X-Addon-Token"}
    assert site.windows == (RateWindow(limit=50, seconds=1.0),)


@pytest.mark.parametrize(
    "claims",
    [
        {"backendUrl": "https://clockify.me.evil.example/api"},
        {"backendUrl": "https://evilclockify.me/api"},
        {"backendUrl": "http://euc1.clockify.me/api"},
        {"backendUrl": "http://127.0.0.1/api"},
        {"reportsUrl": "https://evil.example/report"},
        {"backendUrl": "https://euc1.clockify.me@evil.example/api"},
    ],
)
def test_an_addon_token_cannot_send_itself_elsewhere(claims: dict[str, str]) -> None:
    """A claim is believed for https and clockify.me alone."""
    with pytest.raises(ConfigurationError, match="addon_token"):
        config(api_key=None, addon_token=token(**{**EU, **claims}))


def test_a_given_base_url_wins_over_the_claims() -> None:
    """Another host is used where the configuration names it, as for a simulator."""
    settings = config(
        api_key=None,
        addon_token=token(**{**EU, "backendUrl": "https://evil.example/api"}),
        base_url="http://127.0.0.1:1/api",
    )

    assert settings.site().hosts == {"api": "http://127.0.0.1:1/api", "reports": "http://127.0.0.1:1/report"}


@pytest.mark.parametrize(
    "bad", ["opaque", "a.b", "a.!!!.c", "a.bm90IGpzb24.c", "a.WzFd.c", f"a.{'W' * 400_000}.c"]
)
def test_an_unreadable_token_is_refused_without_showing_it(bad: str) -> None:
    """A token that is no JWT is a configuration error, and its text stays out of it."""
    with pytest.raises(ConfigurationError, match="addon_token") as refused:
        config(api_key=None, addon_token=Secret(bad))

    assert bad not in str(refused.value)


def test_a_token_for_another_workspace_is_refused() -> None:
    """Acting on a workspace that the token is not for can only be a mistake."""
    with pytest.raises(ConfigurationError, match="workspace_id"):
        config(api_key=None, workspace_id=OTHER, addon_token=token(**EU))


def test_the_key_goes_into_its_one_header_and_nowhere_else() -> None:
    """Exactly one credential header; nothing printed shows it."""
    settings = config(api_key=Secret("top-secret"))
    site = settings.site()

    assert dict(site.credentials.headers()) == {"X-Api-Key": "top-secret"}
    assert "top-secret" not in f"{settings} {site!r} {vars(Clockify)}"


@pytest.mark.parametrize(
    ("rate", "windows"),
    [
        (None, (RateWindow(limit=10, seconds=1.0, is_documented=False),)),
        ("50/s", (RateWindow(limit=50, seconds=1.0),)),
        ("30/h", (RateWindow(limit=30, seconds=3600.0),)),
        (
            "10 / s, 600/min",
            (RateWindow(limit=10, seconds=1.0), RateWindow(limit=600, seconds=60.0)),
        ),
    ],
)
def test_the_limit_is_what_is_known(rate: str | None, windows: tuple[RateWindow, ...]) -> None:
    """A given rate is kept as documented; without one the start is careful."""
    assert config(rate=rate).site().windows == windows
