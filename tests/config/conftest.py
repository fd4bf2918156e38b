"""A provider's settings, files to put them in, and everything an error could show."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Optional

import attrs
import pytest

from invoicekit.config import Profile, load_config
from invoicekit.secret import Secret

KEY = "k3y-that-must-not-show"


@attrs.frozen(kw_only=True)
class AcmeConfig:
    """Annotations are text here: `from __future__ import annotations`."""

    api_key: Secret
    workspace_id: str
    region: str | None = None
    page_size: int = 200
    settle_seconds: Optional[float] = None  # noqa: UP045  # the older spelling is to work too
    is_sandbox: bool = False
    addon_token: Secret | None = None
    _host: str = "api.example.com"
    computed: str = attrs.field(init=False, default="")


NEEDED: Mapping[str, object] = {"api_key": KEY, "workspace_id": "w1"}
WriteFile = Callable[..., Path]


def load(
    arguments: Mapping[str, object] = NEEDED,
    environ: Mapping[str, str] | None = None,
    profile: Profile | Mapping[str, object] | None = None,
) -> AcmeConfig:
    return load_config(
        AcmeConfig, provider="acme", arguments=arguments, environ=environ or {}, profile=profile
    )


def shown(error: BaseException) -> str:
    """Return everything a careful logger could show: the chain, with local variables."""
    seen = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in seen.stack if "/invoicekit/" in frame.filename]
    chained = error.__context__
    inner = shown(chained) if chained is not None else ""
    return f"{error} {error!r} {error.args} {[frame.locals for frame in frames]} {inner}"


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    def write(text: str, *, name: str = "invoicekit.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    return write
