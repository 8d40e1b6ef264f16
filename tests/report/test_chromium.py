"""The page in a real browser: on a desk and a phone, by day and by night, nothing overflows or complains."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tornado.websocket import WebSocketClientConnection, websocket_connect

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-port=0",
)
LIMIT_S = 60.0
COMPLAINTS = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")

MEASURE = """JSON.stringify({
  inner: innerWidth, page: document.documentElement.scrollWidth,
  paper: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.body).color,
  beyond: [...document.querySelectorAll('main *')]
    .filter(e => !e.closest('.table') && !e.closest('pre') && !e.closest('svg') && !e.closest('.hidden'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).length,
  smallest: Math.min(...[...document.querySelectorAll('figure svg text')]
    .filter(e => e.textContent.trim()).map(e => e.getBoundingClientRect().height)),
  transparent: [...document.querySelectorAll('figure svg text')]
    .filter(e => getComputedStyle(e).fill === 'rgb(0, 0, 0)').length})"""

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium found: install chromium to see the page drawn"
)


@pytest.fixture(scope="module")
def debugger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the debugging socket of a browser page of our own."""
    profile = tmp_path_factory.mktemp("chromium")
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            yield _page_socket(profile / "DevToolsActivePort")
        finally:
            browser.terminate()
            browser.wait(LIMIT_S)


def _page_socket(port_file: Path) -> str:
    deadline = time.monotonic() + LIMIT_S
    while not (port_file.exists() and port_file.read_text().count("\n")):
        if time.monotonic() > deadline:
            pytest.skip(f"Chromium did not open its debugging port in {LIMIT_S:.0f} s")
        time.sleep(0.1)
    port = port_file.read_text().split("\n")[0]
    with urlopen(f"http://127.0.0.1:{port}/json", timeout=LIMIT_S) as answer:
        tabs = json.load(answer)
    return str(next(tab for tab in tabs if tab["type"] == "page")["webSocketDebuggerUrl"])


class _Page:
    """One page under the browser's debugging protocol; keeps every event that arrives."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket, self.count, self.events = socket, 0, []

    async def _next(self) -> dict[str, Any]:
        message = json.loads(str(await asyncio.wait_for(self.socket.read_message(), LIMIT_S)))
        if "method" in message:
            self.events.append(message)
        return message

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        self.count += 1
        await self.socket.write_message(json.dumps({"id": self.count, "method": method, "params": params}))
        while (message := await self._next()).get("id") != self.count:
            pass
        return message["result"]

    async def wait_for(self, method: str) -> None:
        while not any(event["method"] == method for event in self.events):
            await self._next()


async def _look(
    socket: str, page: Path, width: int, scheme: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    browser = _Page(await websocket_connect(socket, max_message_size=2**26))
    for domain in ("Page", "Log", "Runtime", "Network"):
        await browser.call(f"{domain}.enable")
    await browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    await browser.call("Emulation.setEmulatedMedia", features=features)
    await browser.call("Page.navigate", url=page.as_uri())
    await browser.wait_for("Page.loadEventFired")
    answer = await browser.call("Runtime.evaluate", expression=MEASURE, returnByValue=True)
    browser.socket.close()
    return json.loads(answer["result"]["value"]), browser.events


def _brightness(colour: str) -> float:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 765


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_the_screen_and_keeps_quiet(
    written_report: Path, debugger: str, width: int, scheme: str
) -> None:
    seen, events = asyncio.run(_look(debugger, written_report, width, scheme))
    assert seen["inner"] == width
    assert seen["page"] <= width
    assert seen["beyond"] == 0
    assert seen["transparent"] == 0, "text in a figure without the page's ink"
    assert seen["smallest"] >= 8.0, "text in a figure too small to read [px]"
    assert (_brightness(seen["paper"]) > 0.9) == (scheme == "light")
    assert abs(_brightness(seen["paper"]) - _brightness(seen["ink"])) > 0.7
    assert [event for event in events if event["method"] in COMPLAINTS] == []
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
