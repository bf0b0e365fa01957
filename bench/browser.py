"""The web app as a browser has it: first paint, answers to what is pressed, bytes before the first paint.

    python -m bench.browser [--cases 60] [--paints 15] [--rounds 12] [--service FILE] [--json FILE]

A real Chromium opens the app on the sample county, served by the product itself (`bihuan demo --serve` on SQLite, on the
same machine), or by a service that runs already: `--service` takes what `bihuan demo --serve --format json` printed.

- First contentful paint: each time in a browser that has nothing kept, signed in already, as the browser reports it.
- Interaction to next paint: people press keys and buttons in the inbox and on a case; the browser's Event Timing says how
  long each interaction took until something was painted, the longest of its events, in steps of 8 ms and from 16 ms on.
- Bytes: pages, scripts and styles that were asked for before the first paint, with gzip; fonts aside.

Exits with 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.browser.form import fill
from tests.browser.life import usual
from tests.browser.visitor import DESKTOP, DEVICES, ROOT, Device, new_context, settled, sign_in
from tests.infrastructure.chromium import FLAGS, chromium
from tests.infrastructure.demo_service import Service, demo_service

PAINT_BOUND: Final = 1_000.0
"""Milliseconds to the first contentful paint."""
INTERACTION_BOUND: Final = 100.0
"""Milliseconds from an interaction to the next paint, of 95 in 100."""
BUNDLE_BOUND: Final = 350_000
"""Bytes with gzip before the first paint."""
SHORTEST: Final = 16.0
"""What the browser reports as an event at all; shorter ones are counted as this long."""

OBSERVE: Final = """
window.interactions = new Map()
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.interactionId)
    window.interactions.set(one.interactionId, Math.max(one.duration, window.interactions.get(one.interactionId) ?? 0))
}).observe({ type: 'event', durationThreshold: 16, buffered: true })
"""
PAINTED: Final = """() => new Promise((done) => new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.name === 'first-contentful-paint') done(one.startTime)
}).observe({ type: 'paint', buffered: true }))"""
LOADED: Final = """(before) => [location.href, ...performance.getEntriesByType('resource')
  .filter((one) => one.startTime < before && /\\.(js|css)$/.test(new URL(one.name).pathname)).map((one) => one.name)]"""
TAKE: Final = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const found = [...window.interactions.values()]; window.interactions.clear(); done(found) }, 60)))"""
SCREENS: Final = {
    "/sign-in": None,
    "/request": None,
    "/inbox": "town_centre",
    "/board/overview": "county_centre",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the table. bound: None where nothing is asked of it."""

    name: str
    unit: str
    values: list[float]
    bound: float | None

    @property
    def p95(self) -> float:
        """What 95 in 100 stay within."""
        ordered = sorted(self.values)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]

    @property
    def missed(self) -> bool:
        """Whether the bound is not kept."""
        return self.bound is not None and self.p95 > self.bound


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=60, help="sample cases of each flow")
    parser.add_argument("--paints", type=int, default=15, help="cold openings of each screen")
    parser.add_argument("--rounds", type=int, default=12, help="times each interaction is done")
    parser.add_argument("--service", type=Path, help="what `bihuan demo --serve --format json` printed")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with _service(options.service, options.cases) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        lines = [
            *paints(browser, demo, options.paints),
            *(line for device in DEVICES for line in interactions(browser, demo, options.rounds, device)),
            *bundles(browser, demo),
        ]
        browser.close()
    report(lines)
    if options.json is not None:
        told = [{"name": line.name, "unit": line.unit, "values": line.values, "bound": line.bound} for line in lines]  # fmt: skip
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1))
    sys.exit(any(line.missed for line in lines))


@contextmanager
def _service(printed: Path | None, cases: int) -> Iterator[Service]:
    if printed is not None:
        told = json.loads(printed.read_text("utf-8"))
        yield Service(address=told["address"].rstrip("/"), accounts=told["accounts"])
        return
    web = ROOT / "web" / "dist"
    if not (web / "index.html").is_file():
        sys.exit("the web app is not built: run `make web`")
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_service(Path(folder), cases=cases, settings={"BIHUAN_WEB": str(web)}) as demo,
    ):
        yield demo


def paints(browser: Browser, demo: Service, times: int) -> Iterator[Line]:
    """The first contentful paint of some screens, cold."""
    for device in DEVICES:
        for path, role in SCREENS.items():
            found = [_painted(browser, demo, device, path, role)[0] for _ in range(times)]
            yield Line(name=f"first paint {path} ({device.name})", unit="ms", values=found, bound=PAINT_BOUND)


def bundles(browser: Browser, demo: Service) -> Iterator[Line]:
    """What was loaded before the first paint."""
    for path, role in SCREENS.items():
        _, sizes = _painted(browser, demo, DESKTOP, path, role)
        bound = BUNDLE_BOUND / 1000
        yield Line(name=f"bytes before the first paint {path}", unit="kB", values=[sizes / 1000], bound=bound)


def _painted(
    browser: Browser, demo: Service, device: Device, path: str, role: str | None
) -> tuple[float, int]:
    """When a cold screen was painted first, in milliseconds, and the bytes asked for before."""
    context = new_context(browser, demo, device)
    if role is not None:
        sign_in(context, demo, role)
    page = context.new_page()
    page.goto(path)
    painted = float(page.evaluate(PAINTED))
    sizes = sum(_size(context, url) for url in page.evaluate(LOADED, painted))
    context.close()
    return painted, sizes


def _size(context: BrowserContext, url: str, known: dict[str, int] = {}) -> int:  # noqa: B006
    """With gzip, as any server in front of the product sends it."""
    if url not in known:
        known[url] = len(gzip.compress(context.request.get(url).body(), 6))
    return known[url]


def interactions(browser: Browser, demo: Service, rounds: int, device: Device) -> Iterator[Line]:
    """How long what is done in the inbox and on a case takes until something is painted."""
    context = new_context(browser, demo, device)
    context.add_init_script(OBSERVE)
    found: dict[str, list[float]] = {}
    clerk = Work(context, found, device)
    sign_in(context, demo, "town_centre")
    clerk.inbox(rounds)
    clerk.cases(rounds)
    context.close()
    everything = [each for values in found.values() for each in values]
    found["everything"] = everything
    for name, values in found.items():
        yield Line(name=f"{name} ({device.name})", unit="ms", values=values, bound=INTERACTION_BOUND)


class Work:
    """Somebody at work, each of whose interactions is timed by the browser."""

    def __init__(self, context: BrowserContext, found: dict[str, list[float]], device: Device) -> None:
        self._page: Page = context.new_page()
        self._found = found
        self._device = device

    def _times(self, name: str, act: Callable[[], Any]) -> None:
        """Do one thing and keep how long each of its interactions took."""
        self._page.evaluate(TAKE)
        act()
        took = self._page.evaluate(TAKE)
        self._found.setdefault(name, []).extend(took or [SHORTEST])

    def inbox(self, rounds: int) -> None:
        """Open, j and k, claim, complete, search, filter, change the box."""
        page = self._page
        page.goto("/inbox/claimable")
        rows = page.locator(".rows").get_by_role("listitem")
        expect(rows.first).to_be_visible()
        if not self._device.touch:
            for number in range(rounds):
                self._times("j", lambda: page.keyboard.press("j"))
                self._times("k", lambda: page.keyboard.press("k"))
                self._times("open a task", rows.nth(number % 5).get_by_role("link").click)
        for number in range(min(rounds, rows.count())):
            page.goto("/inbox/claimable")
            expect(rows.first).to_be_visible()
            self._works(rows.nth(number % max(rows.count(), 1)))
        page.goto("/inbox/claimable")
        search = page.get_by_role("textbox", name="搜索标题或编号")
        boxes = page.get_by_role("navigation", name="收件箱分类")
        for _ in range(rounds):
            self._times("search", lambda: search.press_sequentially("纠纷", delay=80))
            search.fill("")
            self._times("filter", page.get_by_role("button", name="筛选").click)
            page.keyboard.press("Escape")
            self._times("change the box", boxes.get_by_role("link", name="已办").click)
            self._times("change the box", boxes.get_by_role("link", name="待签收").click)

    def _works(self, row: Locator) -> None:
        """Open a task, claim it, fill it in if it is known how, and complete it."""
        page = self._page
        self._times("open a task", row.get_by_role("link").click)
        task = page.get_by_role("region", name="任务", exact=True)
        claim = task.get_by_role("button", name="签收并办理")
        expect(claim).to_be_visible()
        step = task.locator("header strong").first.inner_text()
        self._times("claim", claim.click)
        complete = task.get_by_role("button", name="办结", exact=True)
        expect(complete).to_be_visible()
        settled(page)
        if entries := _entries(step):
            fill(page, entries)
        self._times("complete", complete.click)
        settled(page)

    def cases(self, rounds: int) -> None:
        """Open a case, look at each of its tabs, go on to the next page of the list."""
        page = self._page
        for number in range(rounds):
            page.goto("/cases")
            links = page.locator("tbody a.title")
            expect(links.first).to_be_visible()
            more = page.get_by_role("button", name="载入更多")
            if more.count():
                self._times("next page", more.first.click)
            self._times("open a case", links.nth(number % 5).click)
            tabs = page.get_by_role("tab")
            expect(tabs.first).to_be_visible()
            for tab in tabs.all():
                self._times("tab of a case", tab.click)


def _entries(step: str) -> Mapping[str, Any]:
    """How a step is usually filled in, if its flow's scenarios say so."""
    return next((forms[step] for flow in ("dispute", "whistle") if step in (forms := usual(flow))), {})


def report(lines: list[Line]) -> None:
    """The table, with how much of each bound is used."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} {os.getloadavg()[1]:.1f}")
    print(f"{'':48}{'n':>5}{'median':>9}{'p95':>9}{'bound':>8}{'ratio':>8}")
    for line in lines:
        bound = "" if line.bound is None else f"{line.bound:.0f}"
        ratio = "" if line.bound is None else f"{line.p95 / line.bound:.2f}"
        print(
            f"{line.name:48}{len(line.values):5}{statistics.median(line.values):9.1f}{line.p95:9.1f}{bound:>8}{ratio:>8}"
            f" {line.unit}{'  MISSED' if line.missed else ''}"
        )


if __name__ == "__main__":
    main()
