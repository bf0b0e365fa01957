"""Whatever somebody types anywhere stays text wherever it is shown: nothing of it runs, nothing of it becomes a page.

"Anywhere" is what the API's contract, the pages' own sources and the packages' forms have a place for: whoever adds a place
has it typed into here, or says why nothing of it can show.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pypdf import PdfReader

from engine.samples.draw import Draw
from engine.simulation.filling import Filler
from engine.simulation.profile import Profile, read_profile
from tests.browser import flow, typing
from tests.browser.clerk import Clerk
from tests.browser.conftest import Visit
from tests.browser.life import HERE
from tests.browser.probes import IN_PRINT, MARK, probe
from tests.browser.saying import Desk, administered, beside, deployed, machines, verbs
from tests.browser.texts import (
    TEXTS,
    asked_by_the_contract,
    boxes_of_the_pages,
    is_typed,
    probed,
    ways_around,
)
from tests.browser.typing import Typist
from tests.browser.visitor import ROOT, Visitor

IDS: Final = ("grid", "village", "town", "owner_unit", "owner_user")
HANDS: Final = (
    "grid_worker",
    "village_lead",
    "town_centre",
    "mediator",
    "county_centre",
    "official",
    "police_officer",
)  # fmt: skip
FLOWS: Final = ("dispute", "whistle", "grid_event")
PASSWORDS: Final = {
    "pages/Password.vue again",
    "pages/Password.vue fresh",
    "pages/Password.vue old",
    "pages/SignIn.vue password",
}
"""Boxes that show nothing of what is typed."""
TYPING: Final = {
    None: typing.as_public,
    "town_centre": typing.as_centre,
    "admin": typing.as_admin,
    "auditor": typing.as_auditor,
    "designer": typing.as_designer,
}
"""Who types into what."""
OF_THE_PUBLIC: Final = "request/Ask.vue field.key"
"""The box of each field of the public's form."""
NOTHING_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "names what there is; anything else is refused": (
        "PATCH /accounts/{account} person",
        "POST /accounts person",
        "POST /accounts/{account}/identities provider",
        "POST /cases key",
        "POST /cases/{case_id}/attachments unit",
        "POST /cases/{case_id}/commands/jump to",
        "POST /cases/{case_id}/comments to[]",
        "POST /cases/{case_id}/comments unit",
        "POST /cases/{case_id}/grants person",
        "POST /clock-changes limit",
        "POST /clock-changes version",
        "POST /definitions/{key}/versions/{version}/amendments tables[].decision",
        "POST /definitions/{key}/versions/{version}/amendments tables[].file",
        "POST /definitions/{key}/versions/{version}/amendments templates[].file",
        "POST /definitions/{key}/versions/{version}/templates/preview file",
        "POST /directory/hand-over leaving",
        "POST /directory/hand-over to",
        "POST /intake area",
        "POST /intake category",
        "POST /jobs/fetch-and-lock types[]",
        "POST /jobs/fetch-and-lock variables[]",
        "POST /jobs/{job}/throw-error code",
        "POST /messages name",
        "POST /signals name",
        "POST /notices/read ids[]",
        "POST /notices/read until",
        "POST /stuck-work/retry work",
        "POST /tasks/batch/claim tasks[]",
        "POST /tasks/batch/complete tasks[]",
        "POST /tasks/batch/transfer tasks[]",
        "POST /tasks/batch/transfer to",
        "POST /tasks/batch/urge tasks[]",
        "POST /tasks/{task}/add-sign users[]",
        "POST /tasks/{task}/copy users[]",
        "POST /tasks/{task}/delegate to",
        "POST /tasks/{task}/remove-sign user",
        "POST /tasks/{task}/return to",
        "POST /tasks/{task}/transfer to",
        "POST /tokens person",
        "PUT /config/{part}/files/{file} tag",
    ),
    "lets only some letters or digits in": (
        "POST /cases/{case_id}/attachments kind",
        "POST /cases/{case_id}/documents/{number}/signatures sha256",
        "POST /deployments package",
        "POST /intake contact_phone",
        "POST /tasks/{task}/extend more",
    ),
    "no page shows it": (
        "POST /accounts/{account}/identities subject",
        "POST /auth/login login",
        "POST /cases/{case_id}/commands/suspend reason_code",
        "POST /intake challenge.nonce",
        "POST /intake challenge.solution",
        "POST /messages correlation_key",
        "POST /messages message_id",
        "POST /signals signal_id",
    ),
    "variables of a case like those of tasks and jobs, which are typed": (
        "POST /jobs/{job}/throw-error variables.*",
        "POST /jobs/{job}/throw-error worker",
        "POST /messages variables.*",
        "POST /signals variables.*",
    ),
    "names of files; what is in them is typed": ("POST /deployments *", "POST /deployments/check *"),
    "a program of the typesetter, run in a process of its own": (
        "POST /definitions/{key}/versions/{version}/templates/preview text",
    ),
}
"""Texts of the contract that are not typed, by why nothing of them can show."""


class Probes(dict[str, Sequence[str]]):
    """What is written into each field of a form: a probe with the name of the field."""

    def get(self, key: str, default: Any = None) -> Any:
        return (probe(key),)


class Always(Draw):
    """Fills in every field, asked for or not."""

    def chance(self, probability: float) -> bool:
        return True


def probing(key: str) -> Filler:
    """Fills in forms of a flow as people do, with a probe in every text."""
    kept = ROOT / "bpmn" / key / "samples" / "simulation.toml"
    profile = read_profile(kept.read_bytes()) if kept.is_file() else Profile()
    return Filler(Always("probes"), datetime.now(HERE), profile=replace(profile, texts=Probes()))


def test_no_source_takes_a_text_for_markup() -> None:
    assert ways_around() == []


def test_each_kind_of_field_is_in_the_form_that_is_typed_into() -> None:
    typed = [component for component in flow.form()["components"] if component["type"] != "dynamiclist"]
    digits = [kind for kind in flow.kinds() if not flow.takes_markup(kind)]
    assert len(typed) + len(digits) == len(flow.kinds()) > 15
    for kind in digits:
        assert MARK[0] not in kind["validate"]["pattern"]


def test_nothing_that_is_typed_runs_or_becomes_markup(visit: Visit) -> None:
    people: dict[str | None, Visitor] = {
        role: visit(role) for role in (*HANDS, "auditor", "designer", "admin", None)
    }
    clerks = {role: Clerk(visitor) for role, visitor in people.items() if role}
    cases = {case["code"]: case["id"] for role in HANDS[:2] for case in registered(clerks[role])}
    assert len(cases) == len(FLOWS)
    worked(clerks, set(cases))
    desk = Desk(clerks)
    deployed(clerks)
    for say in (verbs, beside, machines, administered):
        say(desk)
    desk.places |= {"dispute": next(iter(cases.values())), "masked": masked(clerks["auditor"])}
    typists: list[Typist] = []
    for role, typing_as in TYPING.items():
        typists.append(Typist(people[role]))
        typing_as(typists[-1], desk, desk.places)
    for role in HANDS:
        typists.append(Typist(people[role]))
        for path in addresses(role, clerks[role], cases):
            typists[-1].goes(path)
    on_paper(clerks["town_centre"], desk.places["documents"])
    shown = "\n".join(text for typist in typists for text in typist.shown)
    typed = {each for typist in typists for each in typist.typed}
    assert {mark for mark in desk.said if f"{mark}{MARK}" not in shown} == set(), "nowhere shown"
    boxes = boxes_of_the_pages() - PASSWORDS - {OF_THE_PUBLIC}
    assert {box for box in boxes if not is_typed(box, typed)} == set(), "nobody types into these"
    assert texts_of_the_public() <= typed
    sent = [each for clerk in clerks.values() for each in clerk.sent]
    sent += [each for typist in typists for each in typist.sent]
    document = clerks["admin"].get("/openapi.json")
    silent = {text for texts in NOTHING_SHOWN.values() for text in texts}
    untyped = asked_by_the_contract(document) - probed(sent, document, MARK)
    assert untyped - silent == set(), "nobody types these"
    assert silent - untyped == set(), "these are typed, or gone"


def texts_of_the_public() -> set[str]:
    """The keys of what the public's form asks for in words."""
    asked = json.loads((ROOT / "bpmn" / "intake" / "forms" / "submit_request.form").read_text("utf-8"))
    return {field["key"] for field in asked["components"] if field["type"] in TEXTS}


def registered(clerk: Clerk) -> Iterator[dict[str, str]]:
    """Register one of everything somebody may register, with a probe in every text."""
    offers = clerk.get("/registrations")["items"]
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
            if name in IDS or not str(values.get(name, "")).startswith(f"{name}{MARK}")
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


def masked(auditor: Clerk) -> str:
    """A case of which an auditor may ask to see more."""
    cases = (row["case_id"] for row in auditor.get("/cases", limit=50)["items"])
    return next(str(case) for case in cases if auditor.get(f"/cases/{case}")["masked"])


def addresses(role: str, clerk: Clerk, cases: Mapping[str, str]) -> Iterator[str]:
    """Where else somebody looks: at what lies before them, and at what counts it."""
    yield from (f"/inbox/todo/{row['id']}" for row in clerk.tasks(set(cases)))
    if role == "grid_worker":
        yield from ("/inbox/claimable", "/inbox/started")
    if role == "county_centre":
        requests = clerk.get("/cases", flow="intake", limit=1)["items"]
        yield from (f"/cases/{row['case_id']}" for row in requests)
        yield from (f"/cases/{case}" for case in cases.values())
        yield from ("/board/cases?indicator=accepted", "/board/heat", "/board/overview")


def on_paper(clerk: Clerk, case: str) -> None:
    """A document says what was typed, letter by letter."""
    found = clerk.get(f"/cases/{case}/documents")["items"][0]
    answer = clerk.send("GET", f"/cases/{case}/documents/{found['id']}?version=1")
    assert answer.ok, answer.text()
    words = "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages).split()
    )
    for part in (MARK, IN_PRINT):
        assert "".join(part.split()) in words
