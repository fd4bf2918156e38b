"""Headless Chromium, driven from its command line: what a page looks like and what it asks for."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import report_samples

from invoicekit.report import Document, html_page

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@attrs.frozen(kw_only=True)
class Browser:
    """One Chromium, with an empty profile for every run."""

    program: str
    folder: Path

    def run(self, path: Path, *options: str) -> str:
        """Open a page and return what is printed: with ``--dump-dom`` the page after its script ran."""
        profile = self.folder / f"profile-{len(list(self.folder.glob('profile-*')))}"
        command = [self.program, *_FLAGS, f"--user-data-dir={profile}", *options, path.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    def dom(self, path: Path, *options: str) -> str:
        """Return the page after its scripts ran."""
        return self.run(path, "--virtual-time-budget=2000", "--dump-dom", *options)

    def picture(self, path: Path, name: str, *, width: int, height: int, is_dark: bool) -> bytes:
        """Return a PNG; it stays where INVOICEKIT_SCREENSHOTS says."""
        kept = Path(os.environ.get("INVOICEKIT_SCREENSHOTS") or self.folder) / f"{name}.png"
        scheme = ("--blink-settings=preferredColorScheme=0",) if is_dark else ()
        self.run(path, f"--screenshot={kept}", f"--window-size={width},{height}", *scheme)
        return kept.read_bytes()


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("no Chromium: install it, or name it in CHROMIUM")
    return Browser(program=program, folder=tmp_path)


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Path]:
    """Write a report, and after it, perhaps, a probe of the test's own, and return its path."""

    def write(make: Callable[[], Document] = report_samples.mixed, *, probe: str = "") -> Path:
        path = tmp_path / "report.html"
        text = html_page(make())
        if probe:
            # The page's own policy lets no other script run: the probe stands in for the browser's console.
            text = text.replace('http-equiv="Content-Security-Policy"', 'name="policy"')
            text = text.replace("</body>", f"<script>{probe}</script></body>")
        path.write_text(text)
        return path

    return write
