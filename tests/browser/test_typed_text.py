"""Whatever somebody types anywhere stays text wherever it is shown: nothing of it runs, nothing of it becomes a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Page, expect

from engine.samples.draw import Draw
from engine.simulation.filling import Filler
from engine.simulation.profile import Profile, read_profile
from tests.browser.clerk import Clerk
from tests.browser.conftest import Visit
from tests.browser.life import HERE
from tests.browser.test_registering import PICTURE
from tests.browser.visitor import ROOT, Visitor, settled
from tests.support import bpmn

SAYS_IF_IT_RAN = """
window.ran = []
for (const name of ['alert', 'confirm', 'prompt', 'open']) window[name] = () => window.ran.push(name)
document.addEventListener('securitypolicyviolation', (event) => window.ran.push('policy: ' + event.violatedDirective))
"""
WHAT_RAN = """() => [
  ...window.ran,
  ...[...document.querySelectorAll('img[src="x"], svg[onload], [onerror], script:not([src])')].map((one) => one.outerHTML),
  ...[...document.querySelectorAll('a[href], iframe[src], form[action]')]
    .filter((one) => /^\\s*(javascript|data:text)/i.test(one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action')))
    .map((one) => one.outerHTML),
]"""
WHAT_SHOWS = """() => [document.body.innerText, document.body.textContent, ...[...document.querySelectorAll('input, textarea')].map((one) => one.value)].join('\\n')"""
IDS = ("grid", "village", "town", "owner_unit", "owner_user")
HANDS = (
    "grid_worker",
    "village_lead",
    "town_centre",
    "mediator",
    "county_centre",
    "official",
    "police_officer",
)
FLOWS = ("dispute", "whistle", "grid_event")


def probe(mark: str) -> str:
    """A text that would do something wherever it were taken for more. mark: by which it is found again."""
    return (
        f'{mark}<img src=x onerror=window.ran.push(1)>"><script>window.ran.push(2)</script><svg onload=alert(3)>'
        f"[{mark}](javascript:alert(4)) {{{{7*7}}}} ${{7*7}} =1+1"
    )


class Probes(dict[str, Sequence[str]]):
    """What is written into each field of a form: a probe with the name of the field."""

    def get(self, key: str, default: Any = None) -> Any:
        return (probe(key),)


class Always(Draw):
    """Fills in every field, asked for or not."""

    def chance(self, probability: float) -> bool:
        return True


def probing(flow: str) -> Filler:
    """Fills in forms of a flow as people do, with a probe in every text."""
    kept = ROOT / "bpmn" / flow / "samples" / "simulation.toml"
    profile = read_profile(kept.read_bytes()) if kept.is_file() else Profile()
    return Filler(Always("probes"), datetime.now(HERE), profile=replace(profile, texts=Probes()))


def test_nothing_that_is_typed_runs_or_becomes_markup(visit: Visit, tmp_path: Path) -> None:
    people = {role: visit(role) for role in (*HANDS, "auditor", "designer", "admin")}
    clerks = {role: Clerk(visitor) for role, visitor in people.items()}
    cases = {case["code"]: case["id"] for role in HANDS for case in registered(clerks[role])}
    assert len(cases) >= len(FLOWS)
    said = beside(clerks, cases)
    worked(clerks, set(cases))
    said |= administered(clerks, tmp_path)
    asked_by_the_public(visit(None))
    seen: set[str] = set()
    for role, visitor in people.items():
        for page in screens(role, visitor, clerks[role], cases):
            seen |= {mark for mark in said if f"{mark}<img src=x" in looked_at(page)}
    assert said - seen == set(), "nowhere shown"


def registered(clerk: Clerk) -> Iterator[dict[str, str]]:
    """Register one of everything somebody may register, with a probe in every text."""
    answer = clerk.send("GET", "/registrations")
    offers = answer.json()["items"] if answer.ok else []
    for offer in {each["process"]: each for each in offers}.values():
        start = {"key": offer["process"], "version": offer["version"], "variables": offer["variables"]}
        case = clerk.does("POST", "/cases", start)["case_id"]
        (task,) = clerk.get(f"/cases/{case}")["tasks"]
        clerk.takes(task["id"])
        now = f"{datetime.now(HERE):%Y-%m-%dT%H:%M}"
        known = {name: now if value == "@now" else value for name, value in offer["values"].items()}
        listed = {name: value for name, value in offer["variables"].items() if not isinstance(value, str)}
        values = probing(offer["process"]).fill(offer["form"], listed)
        # What is no text, and the ids of units and people, are as the page knows them.
        kept = {
            name: value
            for name, value in known.items()
            if name in IDS or not str(values.get(name, "")).startswith(f"{name}<img")
        }
        clerk.does("POST", f"/tasks/{task['id']}/complete", {"variables": {**values, **kept}})
        yield {"id": case, "code": clerk.get(f"/cases/{case}")["header"]["case_code"]}


def worked(clerks: Mapping[str, Clerk], codes: set[str], rounds: int = 2) -> None:
    """Everybody does what lies before them, a few steps far."""
    for _ in range(rounds):
        for role in HANDS:
            for row in clerks[role].tasks(codes):
                if clerks[role].takes(row["id"]):
                    clerks[role].completes(row["id"], probing(row["flow"]))


def beside(clerks: Mapping[str, Clerk], cases: Mapping[str, str]) -> set[str]:
    """What is typed beside the forms of a case: comments, reasons, names of files and of views, drafts."""
    codes = set(cases)
    clerk, row = next(
        (clerks[role], row)
        for role in ("town_centre",)
        for row in clerks[role].tasks(codes)
        if row["flow"] == "dispute" and clerks[role].takes(row["id"])
    )
    case, task = row["case_id"], row["id"]
    clerk.does("POST", f"/cases/{case}/comments", {"text": probe("comment")})
    picture = {"name": "picture<img src=x onerror=alert(1)>.png", "mimeType": "image/png", "buffer": PICTURE}
    clerk.does("POST", f"/cases/{case}/attachments", multipart={"file": picture, "kind": "photo"})
    clerk.does(
        "PUT", f"/views/{quote('view<img src=x onerror=alert(1)>', safe='')}", {"box": "todo", "filters": {}}
    )
    clerk.does("PUT", f"/tasks/{task}/draft", {"values": drafted(clerk, task)})
    clerk.does("POST", f"/tasks/{task}/urge", {"message": probe("urge")})
    other = next(each for each in cases.values() if each != case)
    clerk.send("POST", f"/cases/{case}/links", {"other": other, "kind": "related", "reason": probe("link")})
    clerks["auditor"].does("POST", f"/cases/{case}/grants", {"reason": probe("grant"), "minutes": 30})
    said = {"comment", "picture", "view", "urge"}
    # Of another task, which goes back to where it came from.
    rest = codes - {row["case_code"]}
    for each in (found for role in HANDS for found in clerks[role].tasks(rest)):
        owner = next(clerks[role] for role in HANDS if clerks[role].takes(each["id"]))
        page = owner.get(f"/tasks/{each['id']}")
        if legal := [target for target in page["targets"] if target["legal"]]:
            given = {"to": legal[-1]["element"], "mode": "redo", "reason": probe("return")}
            owner.does("POST", f"/tasks/{each['id']}/return", given)
            return said | {"return"}
    raise AssertionError("no task could be returned")


def drafted(clerk: Clerk, task: str) -> dict[str, Any]:
    """What somebody has half filled in."""
    page = clerk.get(f"/tasks/{task}")
    return probing("dispute").fill(page["form"], page["data"])


def administered(clerks: Mapping[str, Clerk], folder: Path) -> set[str]:
    """What administrators and designers type."""
    admin = clerks["admin"]
    unit, own = clerks["grid_worker"].me["posts"][0]["unit"], f"probed-{uuid4().hex[:8]}"
    changes = [
        {"kind": "Hire", "given": {"person": own, "name": probe("person")[:60], "login": own}},
        {"kind": "AssignRole", "given": {"person": own, "unit": unit, "role": "grid_worker"}},
        {"kind": "AddUnit", "given": {"unit": own, "name": probe("unit")[:60], "parent": unit, "level": "group"}},
    ]  # fmt: skip
    admin.does("POST", "/directory/changes", {"changes": changes, "reason": probe("staff")})
    admin.does("POST", "/tokens", {"name": probe("token")[:80], "scopes": ["cases:read"]})
    named = bpmn.user("a").replace('id="a"', 'id="a" name="step&lt;img src=x onerror=alert(1)&gt;"')
    flow = bpmn.diagram(bpmn.start("s"), named, bpmn.end("e"), "s -> a -> e", key="probed")
    handed = clerks["designer"].does(
        "POST",
        "/deployments",
        multipart={
            "package": "probed",
            "files": {"name": "probed.bpmn", "mimeType": "application/xml", "buffer": flow},
        },
    )
    admin.does("POST", f"/deployments/{handed['number']}/reject", {"reason": probe("refusal")[:200]})
    return {"person", "unit", "token", "step", "refusal"}


def asked_by_the_public(visitor: Visitor) -> None:
    """A request of somebody without an account, with a probe in every field; it is looked at on the way."""
    page = watched(visitor)
    page.goto("/request")
    page.get_by_label("在哪里").select_option(index=3)
    page.get_by_role("radio", name="投诉").check()
    for box in page.locator("textarea:visible, input[type=text]:visible, input:not([type]):visible").all():
        box.fill(probe("public")[: int(box.get_attribute("maxlength") or 200)])
    page.get_by_role("textbox", name="电话").fill("10000001234")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="查看进度").click()
    expect(page.get_by_role("listitem").filter(has_text="已收到")).to_be_visible()
    looked_at(page)
    page.close()


def screens(role: str, visitor: Visitor, clerk: Clerk, cases: Mapping[str, str]) -> Iterator[Page]:
    """The screens of somebody, one after the other in one tab; each screen by one who sees most of it."""
    page = watched(visitor)
    for path in addresses(role, clerk, cases):
        page.goto(path)
        settled(page)
        yield page
    if role == "county_centre":
        page.emulate_media(media="print")
        yield page
        page.emulate_media(media="screen")
    if role == "town_centre":
        page.goto("/inbox/todo")
        page.get_by_role("button", name="常用视图").click()
        yield page
    for case in cases.values() if role in ("town_centre", "county_centre") else ():
        page.goto(f"/cases/{case}")
        settled(page)
        for tab in page.get_by_role("tab").all():
            tab.click()
            settled(page)
            yield page
    page.close()


def addresses(role: str, clerk: Clerk, cases: Mapping[str, str]) -> Iterator[str]:
    """Where somebody looks."""
    if role in HANDS:
        yield from (f"/inbox/todo/{row['id']}" for row in clerk.tasks(set(cases)))
    if role in ("grid_worker", "town_centre"):
        yield from (f"/inbox/{box}" for box in ("todo", "claimable", "done", "started"))
        yield "/cases"
    if role == "county_centre":
        yield from ("/board/cases?indicator=accepted", "/board/heat", "/board/overview")
    if role == "auditor":
        yield from ("/audit", *(f"/audit/cases/{case}?step=4" for case in cases.values()))
    if role == "designer":
        yield "/designs"
        yield f"/designs/submissions/{clerk.get('/deployments')['items'][0]['number']}"
    if role == "admin":
        unit = clerk.get("/directory/units", text="unit<img")["items"][-1]
        yield from (f"/admin/directory/{unit['id']}", f"/admin/directory/{unit['parent']}")
        parts = ("calendars", "limits", "changes", "accounts", "files", "jobs", "incidents")
        yield from (f"/admin/{part}" for part in parts)


def watched(visitor: Visitor) -> Page:
    """A tab that says if anything ran."""
    page = visitor.page()
    page.add_init_script(SAYS_IF_IT_RAN)
    return page


def looked_at(page: Page) -> str:
    """What a page shows, of which nothing ran."""
    assert page.evaluate(WHAT_RAN) == [], page.url
    return str(page.evaluate(WHAT_SHOWS))
