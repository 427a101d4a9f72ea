"""Debian's Chromium, driven by Playwright: what every test in a real browser shares."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Without a network of its own, Chromium must not look for one.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STRICT = os.environ.get("CAUCASUS_EVENTS_STRICT") == "1"
PICTURES = os.environ.get("CAUCASUS_EVENTS_SCREENSHOTS")
HERE = Path(__file__).parent


def missing(reason: str) -> None:
    """Skip with a reason; where nothing may be left out, fail with it."""
    if STRICT:
        pytest.fail(reason)
    pytest.skip(reason)


def chromium() -> str:
    """Find the browser."""
    found = os.environ.get("CAUCASUS_EVENTS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        missing("no Chromium here: install Debian's chromium, or name one in CAUCASUS_EVENTS_CHROMIUM")
    return str(found)


def axe() -> str:
    """Read axe-core, which checks a page for barriers."""
    default = HERE.parent / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
    path = Path(os.environ.get("CAUCASUS_EVENTS_AXE", default))
    if not path.is_file():
        missing("no axe-core here: npm install --prefix .ci axe-core, or name axe.min.js in CAUCASUS_EVENTS_AXE")
    return path.read_text("utf-8")


@contextmanager
def browser() -> Iterator[Any]:
    """Start the browser, and stop it."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not there is a reason to skip
    except ImportError:
        missing("playwright is not installed: pip install 'caucasus-events[browser]'")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


class Visit:
    """A page that was opened, with everything it asked for or complained of."""

    def __init__(self, running: Any, path: Path, **options: Any) -> None:
        self.context = running.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.address = path.resolve().as_uri()

    def open(self, fragment: str = "") -> Any:
        """Go to the page anew, and wait until the figure or the explorer is drawn."""
        self.page.goto("about:blank")
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector(".main-svg .legend, #summary:not(:empty)")
        return self.page

    def picture(self, name: str) -> None:
        """Keep a picture, if a folder for pictures is named."""
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
