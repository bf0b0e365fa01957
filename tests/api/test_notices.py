"""Everybody reads what they and their posts were told, with names instead of ids, and nothing that others were told."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest

from engine import canonical
from engine.canonical import Wire
from engine.store.tables import notices
from tests.api.place import NOW, Place

NO_CASE = UUID(int=0)


@pytest.fixture(autouse=True)
def nothing_told(place: Place) -> None:
    with place.engine.database.transaction() as tx:
        tx.execute(notices.delete())


def tell(
    place: Place,
    notice: str,
    addressee: str,
    *,
    kind: str = "yellow_card",
    case: UUID = NO_CASE,
    sent_at: int = NOW,
    facts: Mapping[str, Wire] | None = None,
) -> str:
    groups: Wire = ["unit:K-housing/official"]
    said = (
        {"task": 7, "limit": "whistle.daily.case", "due": NOW, "groups": groups}
        if facts is None
        else dict(facts)
    )
    row = {
        "case_id": case,
        "notice_id": notice,
        "kind": kind,
        "addressee": addressee,
        "content": canonical.dumps(said),
        "sent_at": sent_at,
        "read_at": None,
    }
    with place.engine.database.transaction() as tx:
        tx.execute(notices.insert().values(row))
    return notice


def test_a_notice_tells_in_words_what_to_whom_and_of_which_case(place: Place) -> None:
    case = place.start("G1")
    tell(place, "post", "group:unit:T1-centre/town_centre", case=UUID(case))
    tell(place, "own", "user:town", kind="mentioned", case=UUID(case), facts={"by": "grid"}, sent_at=NOW - 1)
    post, own = place.sign_in("town").get("/notices").get_json()["items"]
    assert post["text"].startswith("黄牌：")
    assert "whistle.daily.case" not in post["text"]
    assert "2025-11-22 10:00" in post["text"]
    assert post["post"].startswith("青石镇综治中心 ")
    assert (post["unit"], own["unit"]) == ("县住建局", None)
    assert post["case"]["case_id"] == str(case)
    assert post["case"]["case_code"]
    assert own["post"] is None
    assert own["text"].startswith("提到了你")
    assert (own["sent_at"], own["read_at"]) == ("2025-11-22T01:59:59.999999Z", None)


def test_of_a_case_one_may_not_see_only_the_notice_is_shown(place: Place) -> None:
    case = place.start("G2")
    tell(place, "n", "user:grid", case=UUID(case))
    (found,) = place.sign_in("grid").get("/notices").get_json()["items"]
    assert found["case"] is None


def test_pages_lead_past_all_notices_once(place: Place) -> None:
    told = [tell(place, f"n{number}", "user:town", sent_at=NOW + number // 3) for number in range(10)]
    caller = place.sign_in("town")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = caller.get("/notices", limit=3, **cursor).get_json()
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sorted(found) == sorted(told)
    assert caller.get("/notices", cursor="nonsense").status_code == 422


def test_reading_takes_a_notice_from_the_unread(place: Place) -> None:
    first, second, third = (
        tell(place, f"n{number}", "user:town", sent_at=NOW + number) for number in range(3)
    )
    caller = place.sign_in("town")
    assert caller.get("/notices/count").get_json() == {"unread": 3}
    assert caller.post("/notices/read", {"ids": [third]}).get_json() == {"unread": 2}
    assert [each["id"] for each in caller.get("/notices", unread=True).get_json()["items"]] == [second, first]
    until = caller.get("/notices").get_json()["items"][2]["sent_at"]
    assert caller.post("/notices/read", {"until": until}).get_json() == {"unread": 1}
    assert [each["id"] for each in caller.get("/notices", unread=True).get_json()["items"]] == [second]


def test_what_others_were_told_is_neither_shown_nor_marked(place: Place) -> None:
    foreign = tell(place, "foreign", "user:town2")
    group = tell(place, "group", "group:unit:T2-centre/town_centre")
    caller = place.sign_in("town")
    assert caller.get("/notices").get_json()["items"] == []
    assert caller.get("/notices/count").get_json() == {"unread": 0}
    unknown = caller.post("/notices/read", {"ids": ["no-such"]})
    for each in (foreign, group):
        answer = caller.post("/notices/read", {"ids": [each]})
        assert answer.status_code == unknown.status_code == 404
        assert answer.get_json()["detail"] == unknown.get_json()["detail"]
    caller.post("/notices/read", {"until": "2099-01-01T00:00:00Z"})
    assert place.sign_in("town2").get("/notices/count").get_json() == {"unread": 2}


def test_of_several_all_are_marked_or_none(place: Place) -> None:
    own = tell(place, "own", "user:town")
    caller = place.sign_in("town")
    assert caller.post("/notices/read", {"ids": [own, "no-such"]}).status_code == 404
    assert caller.get("/notices/count").get_json() == {"unread": 1}


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": ["a"], "until": "2025-11-22T02:00:00Z"}, {"ids": ["\0"]}]
)
def test_a_body_that_says_nothing_or_too_much_is_refused(place: Place, body: dict[str, object]) -> None:
    assert place.sign_in("town").post("/notices/read", body).status_code in (404, 422)
