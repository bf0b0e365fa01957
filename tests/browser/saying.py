"""Everything one may say through the API, said with a probe in each text: by staff, administrators and machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.browser import flow
from tests.browser.clerk import Clerk
from tests.browser.probes import probe
from tests.browser.test_registering import PICTURE

Clerks = Mapping[str, Clerk]


class Desk:
    """Somebody of a town's centre with cases of the small flow, and what they said."""

    def __init__(self, clerks: Clerks) -> None:
        self.clerks = clerks
        self.centre = clerks["town_centre"]
        self.said: set[str] = set()
        self.cases: list[str] = []
        self.places: dict[str, str] = {}
        own = self.centre.me["posts"][0]["unit"]
        people = self.centre.get("/directory/people", limit=200)["items"]
        self.colleague = next(
            each["id"]
            for each in people
            if each["id"] != self.centre.me["person"] and own in [post["unit"] for post in each["posts"]]
        )

    def says(self, mark: str, longest: int | None = None) -> str:
        """A probe that is to be seen somewhere."""
        self.said.add(mark)
        return probe(mark, longest)

    def begins(self, named: str = "", **variables: Any) -> tuple[str, str]:
        """A new case and its first task, which is theirs. named: the mark in its own key."""
        place = {name: self.centre.me["posts"][0]["unit"].partition("-")[0] for name in ("town",)}
        grid = self.clerks["grid_worker"].me["posts"][0]["unit"]
        given = {"key": flow.KEY, "variables": {**place, "grid": grid, **variables}}
        if named:
            given["business_key"] = self.says(named, 200)
        case = self.centre.does("POST", "/cases", given)["case_id"]
        self.cases.append(case)
        return case, self.next(case)

    def next(self, case: str) -> str:
        """The task of a case that is open now; it is taken."""
        (task,) = self.centre.get(f"/cases/{case}")["tasks"]
        assert self.centre.takes(task["id"])
        return str(task["id"])


def deployed(clerks: Clerks) -> None:
    """The small flow is handed in by one person and published by another."""
    files = {
        name: {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in flow.package().items()
    }
    handed = clerks["designer"].does("POST", "/deployments", multipart={"package": flow.KEY, **files})
    clerks["admin"].does("POST", f"/deployments/{handed['number']}/publish")


def filled(desk: Desk, prefix: str = "") -> dict[str, Any]:
    """The form of the first step with a probe in every field."""
    values: dict[str, Any] = {
        field["key"]: desk.says(prefix + field["key"], field.get("validate", {}).get("maxLength"))
        for field in flow.form()["components"]
        if "key" in field
    }
    return {**values, "rows": [{"row_text": desk.says(f"{prefix}row")}]}


def verbs(desk: Desk) -> None:
    """Each thing one may do with a task, with its reason."""
    says, act = desk.says, desk.centre.does
    _, task = desk.begins()
    desk.places["draft"] = task
    act("PUT", f"/tasks/{task}/draft", {"values": filled(desk, "d_")})
    act("POST", f"/tasks/{task}/urge", {"message": says("urge")})
    signers = {"users": [desk.colleague], "mode": "after", "reason": says("add_sign")}
    act("POST", f"/tasks/{task}/add-sign", signers)
    case, task = desk.begins()
    act("POST", f"/tasks/{task}/complete", {"variables": filled(desk)})
    act("POST", f"/tasks/{task}/recall", {"reason": says("recall")})
    task = desk.next(case)
    act("POST", f"/tasks/{task}/complete", {"variables": filled(desk)})
    desk.places["documents"] = case
    made = f"/cases/{case}/documents/{act('GET', f'/cases/{case}/documents')['items'][0]['id']}"
    act("POST", made, {})
    anew = {"kind_1": says("anew", 40)}
    act("POST", f"/cases/{case}/commands/set-variables", {"reason": says("set_anew"), "variables": anew})
    act("POST", made, {"reason": says("correction")})
    more = {"kind_1": probe("later", 40)}
    act("POST", f"/cases/{case}/commands/set-variables", {"reason": says("set_more"), "variables": more})
    back = {"to": "a", "mode": "redo", "reason": says("return")}
    act("POST", f"/tasks/{desk.next(case)}/return", back)
    to = {"to": desk.colleague}
    act("POST", f"/tasks/{desk.next(case)}/delegate", {**to, "reason": says("delegate")})
    _, task = desk.begins()
    late = {"due_at": "2030-01-01T00:00:00Z", "reason": says("extend")}
    desk.clerks["county_centre"].does("POST", f"/tasks/{task}/extend", late)
    act("POST", f"/tasks/{task}/transfer", {**to, "reason": says("transfer")})
    _, task = desk.begins()
    several = {"tasks": [task]}
    act("POST", "/tasks/batch/urge", {**several, "message": says("batch_urge")})
    act("POST", "/tasks/batch/transfer", {**several, **to, "reason": says("batch_transfer")})


def beside(desk: Desk) -> None:
    """What is said of a case as a whole, and what lies beside it."""
    says, act = desk.says, desk.centre.does
    other, _ = desk.begins(f"key-{uuid4().hex[:8]}")
    case, _ = desk.begins(kind_2=says("begun", 40))
    desk.places["beside"] = case
    where = f"/cases/{case}"
    act("POST", f"{where}/comments", {"text": says("comment")})
    for name in ("picture", "hidden"):
        picture = {
            "name": f"{name}<img src=x onerror=alert(1)>.png",
            "mimeType": "image/png",
            "buffer": PICTURE,
        }
        act("POST", f"{where}/attachments", multipart={"file": picture, "kind": "photo"})
    last = act("GET", f"{where}/attachments")["items"][-1]["id"]
    act("DELETE", f"{where}/attachments/{last}", {"reason": says("hide")})
    desk.said.add("picture")
    link = {"other": other, "kind": "related"}
    act("POST", f"{where}/links", {**link, "reason": says("link")})
    act("POST", f"/cases/{desk.cases[0]}/links", {**link, "reason": says("link_again")})
    act("DELETE", f"/cases/{desk.cases[0]}/links", {**link, "reason": says("unlink")})
    act("POST", f"{where}/commands/suspend", {"reason": says("suspend")})
    act("POST", f"{where}/commands/resume", {})
    new = {"kind_0": says("corrected", 40)}
    act("POST", f"{where}/commands/set-variables", {"reason": says("set_variables"), "variables": new})
    on = {"reason": says("jump"), "to": "b"}
    assert any(desk.centre.send("POST", f"{where}/commands/jump", {**on, "token": n}).ok for n in range(9))
    desk.clerks["auditor"].does("POST", f"{where}/grants", {"reason": says("grant"), "minutes": 30})
    gone, _ = desk.begins()
    act("POST", f"/cases/{gone}/commands/cancel", {"reason": says("cancel")})
    act("POST", "/tasks/batch/complete", {"tasks": [desk.begins()[1]], "variables": filled(desk)})
    own = "view<img src=x onerror=alert(1)>"
    act("PUT", f"/views/{quote(own, safe='')}", {"box": "todo", "filters": {"text": probe("filter", 60)}})
    desk.said.add("view")


def machines(desk: Desk) -> None:
    """What other systems say, and how somebody gets over it."""
    says, admin = desk.says, desk.clerks["admin"]
    made = {"name": says("token", 80), "scopes": ["jobs:work", "messages:send"], "days": 5}
    secret = admin.does("POST", "/tokens", made)["secret"]
    machine = desk.centre.as_machine(secret)
    for mark in ("job_failed", "job_failed_again"):
        case, task = desk.begins()
        desk.centre.does("POST", f"/tasks/{task}/complete", {"variables": filled(desk)})
        desk.centre.does("POST", f"/tasks/{desk.next(case)}/complete", {"variables": {}})
        asked = {"worker": probe("worker", 200), "types": [flow.JOB], "lock_seconds": 60}
        job = machine("POST", "/jobs/fetch-and-lock", asked)["items"][-1]
        failed = {"worker": probe("worker", 200), "message": says(mark, 1000), "retries": 0}
        machine("POST", f"/jobs/{job['id']}/fail", failed)
    case, task = desk.begins()
    desk.centre.does("POST", f"/tasks/{task}/complete", {"variables": filled(desk)})
    desk.centre.does("POST", f"/tasks/{desk.next(case)}/complete", {"variables": {}})
    job = machine("POST", "/jobs/fetch-and-lock", asked)["items"][-1]
    locked = {"worker": probe("worker", 200), "lock_seconds": 60}
    machine("POST", f"/jobs/{job['id']}/extend", locked)
    answered = {"worker": probe("worker", 200), "variables": {"kind_3": says("job_done", 40)}}
    machine("POST", f"/jobs/{job['id']}/complete", answered)
    incidents = admin.get("/incidents")["items"]
    solved = next(each for each in incidents if "job_failed_again" in each["message"])
    desk.said.discard("job_failed_again")
    given = {"reason": says("resolve"), "variables": {"kind_0": says("resolved", 40)}}
    admin.does("POST", f"/incidents/{solved['id']}/resolve", given)


def administered(desk: Desk) -> None:
    """What administrators and designers say."""
    says, admin = desk.says, desk.clerks["admin"]
    grid, own = desk.clerks["grid_worker"].me["posts"][0]["unit"], f"probed-{uuid4().hex[:8]}"
    changes = [
        {"kind": "Hire", "given": {"person": own, "name": says("person", 60), "login": own}},
        {"kind": "AssignRole", "given": {"person": own, "unit": grid, "role": "grid_worker"}},
        {
            "kind": "AddUnit",
            "given": {"unit": own, "name": says("unit", 60), "parent": grid, "level": "group"},
        },
    ]
    admin.does("POST", "/directory/changes", {"changes": changes, "reason": says("staff")})
    sheet = f'单位编码,上级编码,级别,部门类别,名称\n{own}-i,{grid},组,,"{says("imported", 60).replace(chr(34), chr(34) * 2)}"\n'
    table = {"name": "单位.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    admin.does("POST", "/directory/import", multipart={"files": table, "reason": says("import_why", 200)})
    someone = {"leaving": desk.colleague, "to": desk.centre.me["person"]}
    admin.does("POST", "/directory/hand-over", {**someone, "reason": says("hand_over")})
    _files(desk)
    handed = _amended(desk)
    admin.does("POST", f"/deployments/{handed}/reject", {"reason": says("refusal", 200)})
    desk.places |= {"unit": own, "grid": grid, "submission": str(handed)}


def _files(desk: Desk) -> None:
    admin = desk.clerks["admin"]
    kept = admin.get("/config/words")
    file, text = next(iter(kept["files"].items()))
    written = {
        "text": f"{text}# {desk.says('config')}\n",
        "tag": kept["tag"],
        "reason": desk.says("config_why", 200),
    }
    admin.does("PUT", f"/config/words/files/{file}", written)
    name = "dispute.mediation"
    admin.does("POST", "/clock-changes", {"limit": name, "reason": desk.says("clocks", 200)})


def _amended(desk: Desk) -> int:
    designer = desk.clerks["designer"]
    version = designer.get("/definitions/whistle/versions")["items"][0]["version"]
    at = f"/definitions/whistle/versions/{version}"
    table = designer.get(f"{at}/tables")["items"][0]
    rows = [list(row) for row in table["rows"]]
    rows[0][-1] = json.dumps(desk.says("cell", 60), ensure_ascii=False)
    template = designer.get(f"{at}/templates")["items"][0]
    body = {
        "tables": [{"file": table["file"], "decision": table["decision"], "rows": rows}],
        "templates": [{"file": template["file"], "text": f"{template['text']}\n// {probe('template')}\n"}],
    }
    return int(designer.does("POST", f"{at}/amendments", body)["submission"]["number"])
