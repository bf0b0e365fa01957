"""The web app in a real Chromium, on a real service with the sample county.

One service for a test process; a browser for each module, so that nothing of Playwright's event loop is left when other
tests run in the same process. Without a built web app or a browser these tests fail: none is left out.

What the tabs of a failed test showed last is kept in `.build/failed`. Screens for the documents are made anew with `BIHUAN_SCREENSHOTS=1 python -m pytest tests/browser`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import cast

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visitor import DESKTOP, DEVICES, PATIENCE, ROOT, Device, Visitor, new_context, sign_in
from tests.infrastructure.chromium import FLAGS, chromium
from tests.infrastructure.demo_service import Demo, demo_service

CASES = 8
"""Sample cases of each flow."""

expect.set_options(timeout=PATIENCE)

Visit = Callable[..., Visitor]

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The service with the built web app."""
    assert (ROOT / "web" / "dist" / "index.html").is_file(), "the web app is not built: run `make web`"
    folder = tmp_path_factory.mktemp("browser")
    settings = {
        "BIHUAN_INTAKE_DIFFICULTY": "8",
        "BIHUAN_WEB": str(ROOT / "web" / "dist"),
    }
    with demo_service(folder, cases=CASES, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(params=DEVICES, ids=lambda device: device.name)
def device(request: pytest.FixtureRequest) -> Device:
    """A desk and a telephone in turn."""
    return cast(Device, request.param)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let `visit` know whether its test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Visit]:
    """Comes with a browser of their own: `visit("grid_worker", PHONE)`; without a role nobody is signed in.

    The test fails when a browser complained of something nobody expected.
    """
    visitors: list[Visitor] = []

    def come(role: str | None = None, device: Device = DESKTOP) -> Visitor:
        context = new_context(browser, demo, device)
        if role is not None:
            sign_in(context, demo, role)
        visitor = Visitor(demo=demo, context=context, device=device)
        visitors.append(visitor)
        return visitor

    yield come
    complaints = [each for visitor in visitors for each in visitor.unexpected()]
    for number, visitor in enumerate(visitors, 1):
        if request.node.stash.get(FAILED, False):
            visitor.keep(f"{request.node.name}-{number}")
        visitor.context.close()
    assert not complaints, complaints
