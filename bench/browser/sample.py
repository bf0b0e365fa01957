"""Events of a grid to work on, registered as a grid worker's phone does it."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import BrowserContext

PATH: Final = "/api/v1"
PROCESS: Final = "grid_event"
STEP: Final = "自办处置"
TITLE: Final = "量一量"
_ENTERED: Final = {
    "category": "safety",
    "danger_now": "no",
    "place": "柳溪路 3 号",
    "event_facts": "井盖缺了一角",
    "on_site_action": "放了警示桩",
    "disposal": "self",
    "event_photo": [],
}


def register(context: BrowserContext, number: int) -> None:
    """Register events until so many are waiting to be claimed by whoever is signed in."""
    there = _get(context, "/tasks/counts")["claimable"]
    offered = next(each for each in _get(context, "/registrations")["items"] if each["process"] == PROCESS)
    for count in range(number - there):
        case = _post(
            context,
            "/cases",
            {"key": PROCESS, "version": offered["version"], "variables": offered["variables"]},
        )
        (task,) = _get(context, f"/cases/{case['case_id']}")["tasks"]
        entered = {**_ENTERED, "title": f"{TITLE} {count:03}"}
        _post(context, f"/tasks/{task['id']}/complete", {"variables": entered})


def _get(context: BrowserContext, path: str) -> Any:
    answer = context.request.get(PATH + path)
    assert answer.ok, answer.text()
    return answer.json()


def _post(context: BrowserContext, path: str, body: dict[str, Any]) -> Any:
    token = next(one["value"] for one in context.cookies() if one["name"] == "bihuan_csrf")
    answer = context.request.post(PATH + path, data=body, headers={"X-CSRF-Token": token})
    assert answer.ok, answer.text()
    return answer.json()
