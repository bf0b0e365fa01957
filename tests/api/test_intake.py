"""What the public may do: send a request, follow, rate and withdraw it; and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from api.auth.gate import gate
from engine.publicdesk import PhoneCodes, leading_zeros
from engine.publicdesk import desk as module
from engine.publicdesk.challenge import LIFETIME
from engine.samples.package import read_folder
from engine.store.tables import case_headers
from tests.api.place import Place, open_place

REQUEST: dict[str, Any] = {
    "area": "V1",
    "request_type": "complaint",
    "content": "楼下烧烤摊占道，半夜还在营业。",
    "place": "柳溪路 12 号",
    "contact_name": "周素云",
    "contact_phone": "10000001234",
}
ACCEPTED: dict[str, Any] = {
    "danger_now": "no",
    "urgency": "normal",
    "title": "柳溪路占道经营",
    "request_type": "complaint",
    "source": "resident",
    "category": "consumer",
    "grid": "V1",
    "place": "柳溪路 12 号",
    "received_at": "2025-11-22T10:00:00+08:00",
    "confidentiality": "normal",
    "people_count": 1,
    "belongs_to": "none",
    "within_duty": "yes",
    "is_repeat": "no",
    "between_parties": "no",
    "needs_joint": "no",
    "names_person": "no",
}
STATUS = {
    "case_code", "state", "received_at", "settled_at", "closed_at", "answer", "public_answer", "rated", "may_rate",
    "may_withdraw",
}  # fmt: skip
LONGEST = 10_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_place("sqlite://", tmp_path_factory.mktemp("data"))
    opened.engine.deploy(read_folder(Path("bpmn/intake")), actor="tests", package="intake")
    unlimited(opened)
    yield opened
    opened.engine.close()


def unlimited(place: Place, **rates: int) -> None:
    """Set the rates: none but these."""
    office = gate(place.app).office
    none = {"intake": 0, "intake_status": 0, "intake_code": 0, **rates}
    office.settings = replace(office.settings, rates=replace(office.settings.rates, **none))


def solved(place: Place) -> dict[str, str]:
    made = place.nobody().get("/intake/challenge").get_json()
    bits = made["difficulty"]
    solution = next(str(n) for n in count() if leading_zeros(made["nonce"], str(n)) >= bits)
    return {"nonce": made["nonce"], "solution": solution}


def send(place: Place, **changes: Any) -> TestResponse:
    challenge = changes.pop("challenge", None) or solved(place)
    body = {**REQUEST, "challenge": challenge, **changes}
    return place.nobody().post("/intake", {k: v for k, v in body.items() if v is not None})


def sent(place: Place, **changes: Any) -> dict[str, str]:
    answer = send(place, **changes)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, str] = answer.get_json()
    return receipt


def ask(place: Place, receipt: dict[str, str], **changes: str) -> TestResponse:
    codes = {**receipt, **changes}
    headers = {"Bihuan-Phone-Code": codes["phone_code"]}
    return place.nobody().send("GET", f"/intake/{codes['case_code']}", headers=headers)


def do(place: Place, receipt: dict[str, str], what: str, body: Any = None) -> TestResponse:
    headers = {"Bihuan-Phone-Code": receipt["phone_code"]}
    return place.nobody().send(
        "POST", f"/intake/{receipt['case_code']}/{what}", headers=headers, json=body or {}
    )


def case_of(place: Place, receipt: dict[str, str]) -> UUID:
    query = sa.select(case_headers.c.case_id).where(case_headers.c.case_code == receipt["case_code"])
    with place.engine.database.reading() as tx:
        found: UUID = tx.execute(query).scalar_one()
    return found


def work(
    place: Place, receipt: dict[str, str], element: str, values: dict[str, Any], who: str = "county"
) -> None:
    case = case_of(place, receipt)
    (task,) = place.engine.tasks(case_id=case, element=element)
    place.engine.complete(case, task.id, values, actor=who)


def answered(place: Place, receipt: dict[str, str]) -> None:
    work(place, receipt, "accept_request", {**ACCEPTED, "within_duty": "no"})
    told = {
        "told_at": "2025-11-22T10:00:00+08:00",
        "told_method": "phone",
        "told_text": "请到镇便民中心办理。",
        "told_signature": "内部的人",
    }
    work(place, receipt, "tell_person", told)


def closed(place: Place, receipt: dict[str, str]) -> None:
    answered(place, receipt)
    work(place, receipt, "close_request", {"documents_complete": True, "close_signature": "内部的人"}, "duty")


def test_what_a_form_needs_is_told(place: Place) -> None:
    options = place.nobody().get("/intake/options").get_json()
    assert [area["id"] for area in options["areas"]] == ["K", "T1", "V1", "T2", "V2"]
    keys = {part.get("key") for part in options["form"]["components"]}
    assert {"content", "contact_phone", "anonymous"} <= keys


def test_a_request_is_taken_and_followed_by_its_two_codes(place: Place) -> None:
    receipt = sent(place)
    assert receipt["case_code"].startswith("SQ-")
    status = ask(place, receipt)
    assert status.status_code == 200
    assert status.headers["Cache-Control"] == "no-store"
    told = status.get_json()
    assert set(told) == STATUS
    assert (told["state"], told["may_withdraw"], told["may_rate"]) == ("received", True, False)
    work(place, receipt, "accept_request", ACCEPTED)
    assert ask(place, receipt).get_json()["state"] == "accepted"
    work(place, receipt, "dispatch_request", {"dispatch_kind": "department", "lead_unit": "住建"})
    assert ask(place, receipt).get_json()["state"] == "handling"


def test_the_staff_finds_it_in_its_box_and_personal_data_is_not_in_the_log(place: Place) -> None:
    receipt = sent(place)
    case = case_of(place, receipt)
    assert [task.element for task in place.engine.tasks(case_id=case)] == ["accept_request"]
    for event in place.engine.queries.events(case):
        text = str(event.open())
        assert "周素云" not in text
        assert "10000001234" not in text
        assert "烧烤" not in text
        assert receipt["phone_code"] not in text


def test_codes_may_be_typed_carelessly(place: Place) -> None:
    receipt = sent(place)
    careless = {
        "case_code": receipt["case_code"].lower(),
        "phone_code": receipt["phone_code"].lower().replace("-", " "),
    }
    assert ask(place, careless).get_json()["case_code"] == receipt["case_code"]


def test_the_sender_reads_the_answer_and_nothing_internal(place: Place) -> None:
    receipt = sent(place)
    answered(place, receipt)
    told = ask(place, receipt)
    assert told.get_json()["state"] == "told"
    assert told.get_json()["answer"] == "请到镇便民中心办理。"
    assert told.get_json()["may_withdraw"] is False
    for inside in (
        "内部的人",
        "tell_person",
        "county",
        "周素云",
        "10000001234",
        str(case_of(place, receipt)),
    ):
        assert inside not in told.text


def test_rating_when_it_is_closed(place: Place) -> None:
    receipt = sent(place)
    rating = {"solved": True, "satisfied": "fairly"}
    assert do(place, receipt, "rating", rating).status_code == 409
    closed(place, receipt)
    before = ask(place, receipt).get_json()
    assert (before["state"], before["may_rate"], before["rated"]) == ("closed", True, False)
    rated = do(place, receipt, "rating", rating)
    assert rated.status_code == 200
    assert (rated.get_json()["rated"], rated.get_json()["may_rate"]) == (True, False)
    assert place.engine.variables(case_of(place, receipt))["satisfied"] == "fairly"
    assert do(place, receipt, "rating", rating).status_code == 409


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


def add_photo(place: Place, receipt: dict[str, str], *, key: str = "", name: str = "a.png") -> TestResponse:
    headers = {"Bihuan-Phone-Code": receipt["phone_code"], **({"Idempotency-Key": key} if key else {})}
    return place.nobody().send(
        "POST",
        f"/intake/{receipt['case_code']}/photos",
        headers=headers,
        data={"file": (BytesIO(PICTURE), name)},
        content_type="multipart/form-data",
    )


def test_pictures_are_added_once_for_a_key_and_the_staff_sees_them(place: Place) -> None:
    receipt = sent(place)
    assert add_photo(place, receipt, key="1").get_json() == {"photos": 1}
    assert add_photo(place, receipt, key="1").get_json() == {"photos": 1}
    assert add_photo(place, receipt, key="2").get_json() == {"photos": 2}
    listed = place.sign_in("county").get(f"/cases/{case_of(place, receipt)}/attachments").get_json()["items"]
    assert [each["author"] for each in listed] == ["resident", "resident"]


def test_six_pictures_are_enough(place: Place) -> None:
    receipt = sent(place)
    for number in range(6):
        assert add_photo(place, receipt, key=str(number)).status_code == 201
    refused = add_photo(place, receipt)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "request.photos")


def test_only_pictures_are_taken_and_only_with_both_codes_before_the_answer(place: Place) -> None:
    receipt = sent(place)
    assert add_photo(place, receipt, name="a.pdf").status_code == 422
    assert add_photo(place, receipt, name="a.jpg").status_code == 422, "the content is of another kind"
    assert add_photo(place, {**receipt, "phone_code": sent(place)["phone_code"]}).status_code == 404
    answered(place, receipt)
    assert add_photo(place, receipt).status_code == 409


def test_withdrawing_before_it_is_answered(place: Place) -> None:
    receipt = sent(place)
    withdrawn = do(place, receipt, "withdrawal")
    assert withdrawn.status_code == 200, withdrawn.text
    assert withdrawn.get_json()["state"] == "withdrawn"
    assert place.engine.tasks(case_id=case_of(place, receipt)) == []
    assert do(place, receipt, "withdrawal").status_code == 409


def test_no_withdrawing_after_the_answer(place: Place) -> None:
    receipt = sent(place)
    answered(place, receipt)
    assert do(place, receipt, "withdrawal").status_code == 409


def test_the_code_of_another_request_opens_nothing(place: Place) -> None:
    mine, other = sent(place), sent(place, content="另一件事")
    assert ask(place, mine, phone_code=other["phone_code"]).status_code == 404
    for what, body in (("rating", {"solved": True, "satisfied": "satisfied"}), ("withdrawal", {})):
        crossed = {**mine, "phone_code": other["phone_code"]}
        assert do(place, crossed, what, body).status_code == 404
    assert ask(place, mine).get_json()["state"] == "received"


def test_a_wrong_code_and_a_request_there_is_not_are_answered_alike(place: Place) -> None:
    receipt = sent(place)
    wrong = ask(place, receipt, phone_code="00000-00000")
    missing = ask(place, receipt, case_code="SQ-20251122-00000-00000")
    without = place.nobody().get(f"/intake/{receipt['case_code']}")
    assert wrong.status_code == missing.status_code == without.status_code == 404
    answers = [each.get_json() for each in (wrong, missing, without)]
    for answer in answers:
        for varying in ("request_id", "instance"):
            answer.pop(varying, None)
    assert answers[0] == answers[1] == answers[2]
    headers = [
        {name: value for name, value in each.headers.items() if name not in ("X-Request-Id", "Date")}
        for each in (wrong, missing, without)
    ]
    assert headers[0] == headers[1] == headers[2]


def test_a_wrong_code_is_refused_before_anything_is_looked_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = sent(place)

    def looked_up(*_: Any) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(module.PublicDesk, "_key", looked_up)
    monkeypatch.setattr(module.PublicDesk, "_status", looked_up)
    monkeypatch.setattr(type(place.engine.queries), "state", looked_up)
    assert ask(place, receipt, phone_code="00000-00000").status_code == 404


def test_a_case_of_another_flow_is_not_opened_by_a_code_that_would_fit(place: Place) -> None:
    case = place.start("G1", case_code="JF-1")
    codes = PhoneCodes(place.engine.vault.secret("phone codes"))
    assert case
    assert ask(place, {"case_code": "JF-1", "phone_code": codes.code("JF-1")}).status_code == 404


def test_case_codes_do_not_follow_one_another(place: Place) -> None:
    codes = [sent(place)["case_code"] for _ in range(4)]
    drawn = [code[-11:] for code in codes]
    assert len(set(drawn)) == 4
    assert len({each[:3] for each in drawn}) > 1


@pytest.mark.parametrize(
    "challenge",
    [{"nonce": "x", "solution": "1"}, {"nonce": "A" * 56, "solution": "1"}],
)
def test_without_a_task_of_ours_nothing_is_taken(place: Place, challenge: dict[str, str]) -> None:
    before = sum(1 for _ in place.engine.case_ids())
    answer = send(place, challenge=challenge)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "challenge.foreign"
    assert sum(1 for _ in place.engine.case_ids()) == before


def test_a_task_that_is_not_solved_or_has_expired(place: Place) -> None:
    made = place.nobody().get("/intake/challenge").get_json()
    unsolved = next(str(n) for n in count() if leading_zeros(made["nonce"], str(n)) < made["difficulty"])
    answer = send(place, challenge={"nonce": made["nonce"], "solution": unsolved})
    assert answer.get_json()["code"] == "challenge.unsolved"
    late = solved(place)
    place.clock.now += LIFETIME
    assert send(place, challenge=late).get_json()["code"] == "challenge.expired"


def test_a_task_is_good_for_one_request(place: Place) -> None:
    challenge = solved(place)
    first = sent(place, challenge=challenge)
    before = sum(1 for _ in place.engine.case_ids())
    assert sent(place, challenge=challenge) == first
    other = send(place, challenge=challenge, content="另一件事")
    assert other.status_code == 409
    assert other.get_json()["code"] == "challenge.used"
    assert first["phone_code"] not in other.text
    assert sum(1 for _ in place.engine.case_ids()) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": None}, "content"),
        ({"request_type": "gossip"}, "request_type"),
        ({"contact_phone": None}, "contact_phone"),
        ({"contact_phone": "call me"}, "contact_phone"),
        ({"content": "长" * LONGEST}, "content"),
        ({"area": "K-command"}, "area"),
        ({"area": "G1"}, "area"),
        ({"category": "nothing"}, "category"),
        ({"title": "internal"}, "title"),
        ({"danger_now": "yes"}, "danger_now"),
    ],
)
def test_wrong_fields_are_named_and_no_case_begins(place: Place, changes: dict[str, Any], field: str) -> None:
    before = sum(1 for _ in place.engine.case_ids())
    answer = send(place, **changes)
    assert answer.status_code == 422, answer.text
    assert field in answer.get_json()["errors"]
    assert sum(1 for _ in place.engine.case_ids()) == before


def test_whoever_stays_anonymous_leaves_neither_name_nor_telephone(place: Place) -> None:
    receipt = sent(place, anonymous=True, contact_name=None, contact_phone=None)
    assert ask(place, receipt).status_code == 200
    careless = case_of(place, sent(place, anonymous=True))
    assert not {"contact_name", "contact_phone"} & set(place.engine.variables(careless))


def test_too_many_requests_from_one_address_wait(place: Place) -> None:
    unlimited(place, intake=2)
    try:
        answers = [send(place).status_code for _ in range(3)]
        assert answers == [201, 201, 429]
    finally:
        unlimited(place)


def test_too_many_attempts_at_one_code_wait_whether_it_exists_or_not(place: Place) -> None:
    receipt = sent(place)
    unlimited(place, intake_code=3)
    try:
        for code in (receipt["case_code"], "SQ-20251122-11111-11111"):
            tries = [ask(place, receipt, case_code=code, phone_code="0").status_code for _ in range(4)]
            assert tries == [404, 404, 404, 429]
    finally:
        unlimited(place)


def test_being_signed_in_opens_no_more(place: Place) -> None:
    receipt = sent(place)
    answer = place.sign_in("admin").get(f"/intake/{receipt['case_code']}")
    assert answer.status_code == 404
