"""Every screen there is, on the desk and the phone, light and dark: for everybody to read, and within its window."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.visitor import ROOT, Device, Visitor, accessibility, foreign_fonts, settled, too_wide

Ask = Callable[..., Any]

SCREENS: Final[Mapping[str, tuple[str | None, ...]]] = {
    "/sign-in": (None,),
    "/password": ("grid_worker",),
    "/": ("grid_worker",),
    "/inbox/:box?/:key?": ("town_centre", "mediator"),
    "/notices": ("town_centre",),
    "/register": ("grid_worker",),
    "/register/:process/:place": ("grid_worker", "village_lead"),
    "/waiting": ("grid_worker",),
    "/cases": ("town_centre",),
    "/cases/:id": ("county_centre",),
    "/board": ("county_centre",),
    "/board/overview": ("county_centre",),
    "/board/ledger": ("county_centre",),
    "/board/grids": ("county_centre",),
    "/board/heat": ("county_centre",),
    "/board/indicators": ("county_centre",),
    "/board/cases": ("county_centre",),
    "/audit": ("auditor",),
    "/audit/cases/:id": ("auditor",),
    "/designs": ("designer",),
    "/designs/upload": ("designer",),
    "/designs/submissions/:number(\\d+)": ("admin",),
    "/designs/:flow": ("designer",),
    "/admin": ("admin",),
    "/admin/directory/:unit?": ("admin",),
    "/admin/calendars": ("admin",),
    "/admin/limits": ("admin",),
    "/admin/tables": ("admin",),
    "/admin/templates": ("admin",),
    "/admin/changes": ("admin",),
    "/admin/accounts": ("admin",),
    "/admin/files": ("admin",),
    "/admin/jobs": ("admin",),
    "/admin/incidents": ("admin",),
    "/:rest(.*)*": (None,),
}
"""Every route of the app, and by whom it is looked at."""
PAGES: Final = ("/request", "/request/status")
"""The pages of the public, which are no routes of the app."""


CHANGED: Final = """async () => {
  for (let frame = 0; frame < 8; frame += 1) {
    await new Promise(requestAnimationFrame)
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish()
  }
}"""
"""Colours change over a moment, and what inherits one a moment later: to their end at once."""


def test_every_route_is_among_them() -> None:
    routes = set(_routes())
    assert len(routes) > 25
    assert routes == set(SCREENS)


def test_every_screen_can_be_read_by_everybody(visit: Visit, device: Device) -> None:
    visitors: dict[str | None, tuple[Visitor, Page]] = {}
    wrong: list[str] = []
    for route, roles in (*SCREENS.items(), *((page, (None,)) for page in PAGES)):
        for role in roles:
            if role not in visitors:
                visitor = visit(role, device)
                visitors[role] = visitor, visitor.page()
            visitor, page = visitors[role]
            for path in _addresses(route, visitor):
                page.goto(path)
                settled(page)
                wrong += [f"{path} as {role}: {each}" for each in _wrong_with(page)]
    assert wrong == [], "\n".join(wrong)


def _wrong_with(page: Page) -> Iterator[str]:
    yield from accessibility(page)
    yield from (f"in a foreign font: {each}" for each in foreign_fonts(page))
    yield from (f"out of the window: {each}" for each in too_wide(page))
    page.emulate_media(color_scheme="dark")
    page.evaluate(CHANGED)
    # What else axe looks at is the same in any colour.
    yield from (f"dark: {each}" for each in accessibility(page, "color-contrast"))
    page.emulate_media(color_scheme="light")


def _addresses(route: str, visitor: Visitor) -> Iterator[str]:
    """Where a route leads to, with what there is."""
    ask = _asking(visitor)
    if route == "/inbox/:box?/:key?":
        for box in ("todo", "claimable"):
            yield f"/inbox/{box}"
            yield from (f"/inbox/{box}/{row['id']}" for row in ask("/tasks", box=box, limit=1)["items"])
        for row in ask("/tasks", box="done", limit=1)["items"]:
            yield f"/inbox/done/{row['id'] or row['case_id']}"
    elif route == "/register/:process/:place":
        offers = {offer["process"]: offer for offer in ask("/registrations")["items"]}
        yield from (f"/register/{offer['process']}/{offer['place']}" for offer in offers.values())
    elif route in ("/cases/:id", "/audit/cases/:id"):
        for flow in ("dispute", "whistle"):
            (case, *_) = ask("/cases", flow=flow, limit=1)["items"]
            yield route.replace(":id", case["case_id"])
    elif route == "/designs/:flow":
        yield "/designs/dispute"
    elif route.startswith("/designs/submissions"):
        yield from (f"/designs/submissions/{each['number']}" for each in ask("/deployments")["items"][:1])
    elif route == "/admin/directory/:unit?":
        yield from ("/admin/directory", "/admin/directory/qh01")
    elif route == "/board/cases":
        yield "/board/cases?indicator=accepted"
    elif route == "/:rest(.*)*":
        yield "/no/such/page"
    else:
        yield route


def _asking(visitor: Visitor) -> Ask:
    def ask(path: str, **given: Any) -> Any:
        answer = visitor.context.request.get(f"/api/v1{path}", params=given)
        assert answer.ok, answer.text()
        return answer.json()

    return ask


def _routes() -> Iterator[str]:
    """The routes as the app's own files list them: those of a group stand within its children."""
    source = ROOT / "web" / "src"
    yield from re.findall(
        r"^    \{ path: '(/[^']+)'", (source / "router.ts").read_text("utf-8"), re.MULTILINE
    )
    yield "/"
    for file in sorted((source / "routes").glob("*.ts")):
        outer = ""
        for indent, path in re.findall(
            r"^( +)(?:\{ )?path: '([^']*)'", file.read_text("utf-8"), re.MULTILINE
        ):
            inner = len(indent) > 4
            outer = outer if inner else path
            whole = f"/{outer}/{path}" if inner else f"/{path}"
            yield whole.replace("\\\\", "\\")
