"""People at a browser: who they are, on what, and what the browser complained of meanwhile."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from tests.infrastructure.demo_service import Demo, Service

ROOT: Final = Path(__file__).resolve().parents[2]
SCREENS: Final = ROOT / "docs" / "images" / "screens"
FAILED: Final = ROOT / ".build" / "failed"
SCREENSHOTS: Final = bool(os.environ.get("BIHUAN_SCREENSHOTS"))
"""Whether the screens in the documents are to be made anew."""
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE: Final = 30_000
QUIET: Final = """() => new Promise((done) => {
  let timer
  const again = () => { clearTimeout(timer); timer = setTimeout(() => done(true), 250) }
  new MutationObserver(again).observe(document.body, { subtree: true, childList: true, characterData: true })
  again()
})"""
"""Settles once nothing of a page has changed for a moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What somebody looks at."""

    name: str
    width: int
    height: int
    touch: bool


DESKTOP: Final = Device(name="desktop", width=1280, height=800, touch=False)
PHONE: Final = Device(name="phone", width=390, height=844, touch=True)
DEVICES: Final = (DESKTOP, PHONE)


@dataclass(kw_only=True)
class Visitor:
    """Somebody with a browser of their own; every complaint in its console has to be expected."""

    demo: Demo
    context: BrowserContext
    device: Device
    complaints: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", self._broke)
        return page

    def open(self, path: str) -> Page:
        """A new tab at an address of the service."""
        page = self.page()
        page.goto(path)
        return page

    def expect_complaint(self, pattern: str) -> None:
        """A complaint of the browser that belongs to what the test does, as the answer to a refused request."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """What the browser complained of though nothing should be wrong."""
        return [
            each
            for each in self.complaints
            if not any(re.search(pattern, each) for pattern in self._expected)
        ]

    def look(self, page: Page, name: str) -> None:
        """Keep what is seen for the documents, when that was asked for."""
        if not SCREENSHOTS:
            return
        page.evaluate("document.fonts.ready.then(() => true)")
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}-{self.device.name}.png", animations="disabled")

    def keep(self, name: str) -> None:
        """Keep what each tab shows now, for whoever asks why a test failed."""
        FAILED.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self.context.pages, 1):
            page.screenshot(path=FAILED / f"{name}-{number}.png", animations="disabled")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} [{message.location.get('url', '')}]")

    def _broke(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")


_SESSIONS: Final[dict[tuple[str, str], list[Any]]] = {}
"""The cookies of whoever signed in last, by service and login: a password takes long to check, on purpose."""


def sign_in(context: BrowserContext, demo: Service, role: str, *, toured: bool = True) -> None:
    """Sign somebody in as the page does, without the page; anew only when their session has ended.

    toured: they have seen the tour of the first use on this device.
    """
    _enter(context, demo, role)
    if toured:
        me = context.request.get("/api/v1/auth/session").json()["me"]["account"]
        remember(context, f"bihuan.tour.{me}", "seen")


def remember(context: BrowserContext, key: str, value: str) -> None:
    """Have something kept on the device before the app looks for it."""
    # An empty tab, or a document in a sandbox, has no place to keep anything and says so with an error.
    context.add_init_script(f"try {{ localStorage.setItem('{key}', '{value}') }} catch {{ /* not there */ }}")


def _enter(context: BrowserContext, demo: Service, role: str) -> None:
    account = demo.account(role)
    key = demo.address, account["login"]
    if key in _SESSIONS:
        context.add_cookies(_SESSIONS[key])
        if context.request.get("/api/v1/auth/session").json()["me"] is not None:
            return
    words = {"login": account["login"], "password": account["password"]}
    answer = context.request.post("/api/v1/auth/login", data=words)
    assert answer.ok, answer.text()
    _SESSIONS[key] = context.cookies()


def new_context(browser: Browser, demo: Service, device: Device) -> BrowserContext:
    """A browser nobody used before."""
    context = browser.new_context(
        base_url=demo.address,
        viewport={"width": device.width, "height": device.height},
        device_scale_factor=1,
        is_mobile=device.touch,
        has_touch=device.touch,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    return context


def settled(page: Page) -> None:
    """Wait until a page shows what it has. The inbox keeps a connection open, so its network never rests."""
    page.locator("main, h1").first.wait_for(state="attached")
    page.evaluate(QUIET)
    expect(page.get_by_role("status", name="正在载入…")).to_have_count(0)
    page.evaluate(QUIET)


def accessibility(page: Page, *rules: str) -> list[str]:
    """What axe finds on a page that is serious or worse, as lines to read. rules: only these."""
    # Through the protocol of the debugger: the page's own policy lets no script in that is not its own.
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "async (rules) => (await axe.run(document, { resultTypes: ['violations'], ...(rules.length && { runOnly: rules }) }))"
        ".violations",
        list(rules),
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def foreign_fonts(page: Page) -> list[str]:
    """Controls and texts that are not in the app's own font, which alone is sure to know Chinese."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
          .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || one.matches('input, textarea'))
          .filter((one) => !getComputedStyle(one).fontFamily.includes('Noto Sans SC'))
          .filter((one) => !one.closest('svg, script, style'))
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found


def too_wide(page: Page) -> list[str]:
    """What stands out of the window to the right, where nothing lets one roll there."""
    found: list[str] = page.evaluate(
        """() => {
          const rolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowX)
          const within = (one) => one && !one.matches('main') && (rolls(one) || within(one.parentElement))
          return [...document.querySelectorAll('main *')]
            .filter((one) => { const box = one.getBoundingClientRect(); return box.width > 0 && box.right > innerWidth + 1 })
            .filter((one) => !one.closest('.roll, .tabs, svg') && !within(one.parentElement))
            .map((one) => one.outerHTML.slice(0, 120))
        }"""
    )
    return found


def choose(box: Locator, page: Page, option: str) -> None:
    """Take one of what a box offers."""
    # What is chosen lies over the field and would stop a click that asks first.
    box.click(force=True)
    page.get_by_role("option", name=option, exact=True).filter(visible=True).click()
