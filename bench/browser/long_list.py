"""An inbox of 10,000 rows: the rows of one page of the server's answer again and again, under other numbers.

The demonstration has not so many; what is measured is the page, which fetches, keeps and rolls all of them. What the
server takes for an inbox of a million stands in `bench.inbox`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

from bench.browser.figures import Line
from bench.browser.work import Worker
from tests.browser.visitor import settled

ROWS: Final = 10_000
PAGE: Final = 50
FIRST: Final = 100_000
"""Where the made-up numbers of tasks begin."""
_LIST: Final = re.compile(r"/api/v1/tasks\?")
_TASK: Final = re.compile(r"/api/v1/tasks/[0-9a-f-]+\.(\d{6,})")
_ROLL: Final = """() => new Promise((done) => {
  const gaps = []; let before = performance.now()
  const frame = (now) => { gaps.push(now - before); before = now; gaps.length < 120 ? requestAnimationFrame(frame) : done(gaps.slice(1)) }
  requestAnimationFrame(frame) })"""
_BOTTOM: Final = """async () => {
  const scroller = document.querySelector('.scroller')
  const all = () => Number(document.querySelector('.rows [role=listitem]').getAttribute('aria-setsize'))
  while (all() < 0) { scroller.scrollTop = scroller.scrollHeight; await new Promise((soon) => setTimeout(soon, 20)) }
  scroller.scrollTop = 0
  return all() }"""


class LongList:
    """Answers for the server where its list has an end."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._templates: list[dict[str, Any]] = []

    def begins(self) -> None:
        """Open the inbox and have all of its rows fetched."""
        answer = self._page.context.request.get(f"/api/v1/tasks?box=claimable&limit={PAGE}")
        self._templates = answer.json()["items"]
        self._page.route(_LIST, self._list)
        self._page.route(_TASK, self._task)
        self._page.goto("/inbox/claimable")
        settled(self._page)
        there = self._page.evaluate(_BOTTOM)
        assert there == ROWS, there
        settled(self._page)

    def _list(self, route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        begin = int(asked["cursor"][0]) if "cursor" in asked else 0
        rows = [self._row(number) for number in range(begin, begin + PAGE)]
        following = str(begin + PAGE) if begin + PAGE < ROWS else None
        route.fulfill(json={"items": rows, "next": following})

    def _row(self, number: int) -> dict[str, Any]:
        one = self._templates[number % len(self._templates)]
        return {**one, "id": f"{one['case_id']}.{FIRST + number}", "title": f"{one['title']} {number}"}

    def _task(self, route: Route) -> None:
        """Whoever opens a row gets the task it was made from."""
        found = _TASK.search(route.request.url)
        assert found is not None
        one = self._templates[(int(found[1]) - FIRST) % len(self._templates)]
        real = re.sub(r"/tasks/[0-9a-f-]+\.\d+", f"/tasks/{one['id']}", route.request.url)
        answer = route.fetch(url=real)
        text = answer.text()
        route.fulfill(response=answer, body=json.dumps(json.loads(text)) if text else "")


def long_list(worker: Worker, times: int) -> list[Line]:
    """Keys and rolling among 10,000 rows; the frames of the rolling."""
    page = worker.page
    LongList(page).begins()
    scroller = page.locator(".scroller")
    gaps: list[float] = []
    for _ in range(max(times // 10, 1)):
        page.mouse.move(200, 400)
        for _ in range(12):
            page.mouse.wheel(0, 1_500)
        gaps += page.evaluate(_ROLL)
    for key in ["End", "Home", *["PageDown"] * (times - 2)]:
        scroller.focus()
        worker.times("keys, 10,000 rows", lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
    for key in ["j"] * times:
        worker.times("j, 10,000 rows", lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
    page.unroute_all(behavior="ignoreErrors")
    return [Line(name="frames of rolling, 10,000 rows", device="desktop", unit="ms", values=gaps)]
