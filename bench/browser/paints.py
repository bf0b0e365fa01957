"""When pages are painted, cold and warm, and what they fetch before anybody has done anything."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page

from bench.browser.figures import Line
from bench.browser.observed import Fetched, Painted, fetched, observe, painted
from tests.browser.visitor import Device, new_context, settled, sign_in
from tests.infrastructure.demo_service import Service

FIRST_BOUND: Final = 1_000.0
"""Milliseconds to the first contentful paint."""
BYTES_BOUND: Final = 350.0
"""kB with gzip."""
SCREENS: Final = {"/sign-in": None, "/inbox": "grid_worker"}
"""What is opened, and as whom."""
TOOLS: Final = {"bpmn-js": b"bjs-container", "form-js": b"fjs-powered-by", "ECharts": b"ecModel"}
"""A word that each tool's own code has, and nothing else."""
# The worker has fetched the files it keeps.
_KEPT: Final = """async () => {
  const listed = await (await fetch('/offline.json')).json()
  await navigator.serviceWorker.ready
  const has = async () => {
    const kept = await (await caches.open('bihuan-files')).keys()
    const paths = new Set(kept.map((one) => new URL(one.url).pathname))
    return listed.every((path) => paths.has(path))
  }
  while (!(await has())) await new Promise((soon) => setTimeout(soon, 50))
}"""


def paints(browser: Browser, demo: Service, device: Device, bare: str, times: int) -> Iterator[Line]:
    """First and largest contentful paint and shifts of each screen, beside the first paint of an empty page."""
    empty: list[Painted] = []
    cold: dict[str, list[Painted]] = {path: [] for path in SCREENS}
    warm: dict[str, list[Painted]] = {path: [] for path in SCREENS}
    # In turns, so that what else the machine does meets all of them alike.
    for _ in range(times):
        empty.append(_empty(browser, demo, device, bare))
        for path, role in SCREENS.items():
            first, again = _opened(browser, demo, device, path, role)
            cold[path].append(first)
            warm[path].append(again)
    nothing = Line(name="first paint of an empty page", device=device.name, unit="ms", values=[one.first for one in empty])  # fmt: skip
    yield nothing
    for way, found in (("cold", cold), ("warm", warm)):
        for path, seen in found.items():
            yield Line(
                name=f"first paint {path}, {way}",
                device=device.name,
                unit="ms",
                values=[one.first for one in seen],
                bound=FIRST_BOUND,
                bare=nothing.median,
            )
            yield Line(
                name=f"largest paint {path}, {way}",
                device=device.name,
                unit="ms",
                values=[one.largest for one in seen],
                bare=nothing.median,
            )
            yield Line(
                name=f"layout shift {path}, {way}",
                device=device.name,
                unit="",
                values=[one.shifts for one in seen],
            )


def _empty(browser: Browser, demo: Service, device: Device, bare: str) -> Painted:
    context = new_context(browser, demo, device)
    observe(context)
    page = context.new_page()
    page.goto(bare)
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    seen = painted(page)
    context.close()
    return seen


def _opened(
    browser: Browser, demo: Service, device: Device, path: str, role: str | None
) -> tuple[Painted, Painted]:
    """A screen in a browser that has nothing kept, and once more when it has."""
    context, page = _newcomer(browser, demo, device, role)
    page.goto(path)
    settled(page)
    first = painted(page)
    page.evaluate(_KEPT)
    page.close()
    page = context.new_page()
    page.goto(path)
    settled(page)
    again = painted(page)
    context.close()
    return first, again


def _newcomer(
    browser: Browser, demo: Service, device: Device, role: str | None
) -> tuple[BrowserContext, Page]:
    context = new_context(browser, demo, device)
    observe(context)
    if role is not None:
        sign_in(context, demo, role)
    return context, context.new_page()


def first_loads(browser: Browser, demo: Service, device: Device) -> Iterator[Line]:
    """Page, scripts and styles of each screen until it has settled; fonts and pictures beside. Tools are none of them."""
    for path, role in SCREENS.items():
        context, page = _newcomer(browser, demo, device, role)
        answer = page.goto(path)
        assert answer is not None
        document = answer.body()
        settled(page)
        all_files = fetched(page)
        bundle = [file for file in all_files if _ends(file, ".js", ".css")]
        bodies = {file.url: context.request.get(file.url).body() for file in bundle}
        if found := _tools(bodies):
            raise SystemExit(f"{path} loads what should wait until somebody asks for it: {', '.join(found)}")
        sizes = [len(gzip.compress(body, 6)) for body in (document, *bodies.values())]
        fonts = [file for file in all_files if _ends(file, ".woff2")]
        yield _bytes(f"{len(sizes)} files {path}, gzip", device, sum(sizes), BYTES_BOUND)
        yield _bytes(f"the same {path}, as sent", device, sum(file.sent for file in bundle))
        yield _bytes(f"{len(fonts)} pieces of font {path}", device, sum(file.sent for file in fonts))
        context.close()


def _bytes(name: str, device: Device, size: int, bound: float | None = None) -> Line:
    return Line(name=name, device=device.name, unit="kB", values=[size / 1000], bound=bound)


def _ends(file: Fetched, *endings: str) -> bool:
    return file.url.split("?")[0].endswith(endings)


def _tools(bodies: dict[str, bytes]) -> list[str]:
    return [name for name, word in TOOLS.items() if any(word in body for body in bodies.values())]
