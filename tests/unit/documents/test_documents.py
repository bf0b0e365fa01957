"""Documents: made from what the log says of a step, numbered without gaps, versioned, signed, masked for who may not
see; the log proves and replays as ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.cases.log import DOCUMENT
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.typesetting import Sheet, set_sheet
from engine.vault import Damaged, Erased
from tests.unit.documents.paper_world import UNIT, PaperWorld, words


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs").glob("*/*") if path.is_file()]


def test_a_step_yields_a_document_that_is_made_from_what_was_entered(
    every_world: PaperWorld, tmp_path: Path
) -> None:
    world = every_world
    (due,), dossier = world.content.documents.of(world.as_("li"), world.case)
    assert (due.name, due.state, due.number, due.versions, dossier) == ("受理登记表", "due", "", (), None)
    state = world.engine.case(world.case).state_hash
    outcome = world.content.documents.make(world.as_("li"), world.case, due.id)
    (made,), _ = world.content.documents.of(world.as_("li"), world.case)
    (version,) = made.versions
    assert (made.state, made.number) == ("made", f"{UNIT}〔1975〕受理登记表第1号")
    assert (version.number, version.seq, version.pages, version.reason) == (1, outcome.seq, 1, "")
    opened = world.content.documents.open(world.as_("wang"), world.case, due.id)
    assert not opened.masked
    assert hashlib.sha256(opened.pdf).hexdigest() == version.sha256
    assert len(opened.pdf) == version.size
    said = words(opened.pdf)
    for wanted in ("张三丰", "13812345678", '#read("/etc/passwd")*粗*', "没有危险", made.number, UNIT):
        assert wanted in said
    assert world.engine.case(world.case).state_hash == state
    (blob,) = stored(tmp_path)
    assert b"%PDF" not in blob.read_bytes()
    (event,) = [each.open() for each in world.engine.queries.events(world.case) if each.head.kind == DOCUMENT]
    assert event.input["sha256"] == version.sha256
    assert event.effects == []
    assert "张三丰" not in str(event.input)
    assert world.content.attachments.of(world.as_("li"), world.case) == []
    world.check()


def test_the_same_case_gives_the_same_bytes_in_another_place(world: PaperWorld, tmp_path: Path) -> None:
    from tests.unit.documents.paper_world import build

    other = build("sqlite://", tmp_path / "other")
    found = []
    for each in (world, other):
        number = each.document("受理登记表", "li")
        each.content.documents.make(each.as_("li"), each.case, number)
        found.append(each.content.documents.of(each.as_("li"), each.case)[0][0].versions[0])
    assert found[0] == found[1]
    other.engine.close()


def test_numbers_of_a_unit_follow_one_another_without_gaps(every_world: PaperWorld) -> None:
    world = every_world
    cases = [world.case, *(world.start() for _ in range(3))]
    told = []
    for case in cases:
        (due,), _ = world.content.documents.of(world.as_("li"), case)
        world.content.documents.make(world.as_("li"), case, due.id)
        (made,), _ = world.content.documents.of(world.as_("li"), case)
        told.append(made.number)
    assert told == [f"{UNIT}〔1975〕受理登记表第{number}号" for number in (1, 2, 3, 4)]


def test_a_unit_of_another_name_counts_for_itself(world: PaperWorld) -> None:
    for unit, index in (("T1-med", 1), ("T1-med", 2), ("nobody", 1)):
        case = world.start(owner_unit=unit)
        (due,), _ = world.content.documents.of(world.as_("li"), case)
        world.content.documents.make(world.as_("li"), case, due.id)
        (made,), _ = world.content.documents.of(world.as_("li"), case)
        # A case whose unit is not known has its documents from the unit of whoever makes them.
        name = "青石镇调委会" if unit == "T1-med" else "第一网格"
        assert made.number == f"{name}〔1975〕受理登记表第{index}号"


def test_a_document_that_somebody_else_numbered_first_is_set_again(
    every_world: PaperWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between setting and recording another case takes the number: no gap, no number twice, no file left."""
    world = every_world
    other = world.start()
    calls: list[Sheet] = []

    def slow(sheet: Sheet) -> bytes:
        pdf = set_sheet(sheet)
        calls.append(sheet)
        if len(calls) == 1:
            (due,), _ = world.content.documents.of(world.as_("li"), other)
            world.content.documents.make(world.as_("li"), other, due.id)
        return pdf

    monkeypatch.setattr("engine.documents.making.set_sheet", slow)
    world.content.documents.make(world.as_("li"), world.case, world.document("受理登记表", "li"))
    numbers = [world.content.documents.of(world.as_("li"), case)[0][0].number for case in (other, world.case)]
    assert [each.rpartition("第")[2] for each in numbers] == ["1号", "2号"]
    assert len(calls) == 3
    assert len(stored(tmp_path)) == 2
    world.check()
    world.check(other)


def test_who_made_it_at_the_same_moment_made_it(world: PaperWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    number = world.document("受理登记表", "li")

    def slow(sheet: Sheet) -> bytes:
        pdf = set_sheet(sheet)
        monkeypatch.setattr("engine.documents.making.set_sheet", set_sheet)
        world.content.documents.make(world.as_("wang"), world.case, number)
        return pdf

    monkeypatch.setattr("engine.documents.making.set_sheet", slow)
    with pytest.raises(Conflict) as caught:
        world.content.documents.make(world.as_("li"), world.case, number)
    assert caught.value.code == "document.made"
    (made,), _ = world.content.documents.of(world.as_("li"), world.case)
    assert len(made.versions) == 1
    assert made.number.endswith("第1号")


def test_a_key_used_again_makes_nothing_twice(every_world: PaperWorld, tmp_path: Path) -> None:
    world = every_world
    number = world.document("受理登记表", "li")
    first = world.content.documents.make(world.as_("li"), world.case, number, idempotency_key="k")
    again = world.content.documents.make(world.as_("li"), world.case, number, idempotency_key="k")
    assert (again.seq, again.repeated) == (first.seq, True)
    with pytest.raises(Conflict):
        world.content.documents.make(world.as_("li"), world.case, number, idempotency_key="other")
    assert first.seq == max(event.head.seq for event in world.engine.queries.events(world.case))
    assert len(stored(tmp_path)) == 1


def test_a_corrected_document_is_a_further_version_and_the_old_one_stays(every_world: PaperWorld) -> None:
    world = every_world
    documents, number = world.content.documents, world.document("受理登记表", "li")
    documents.make(world.as_("li"), world.case, number)
    old = documents.open(world.as_("wang"), world.case, number).pdf
    documents.sign(world.as_("wang"), world.case, number, hashlib.sha256(old).hexdigest())
    with pytest.raises(Conflict) as made:
        documents.make(world.as_("li"), world.case, number)
    assert made.value.code == "document.made"
    with pytest.raises(InvalidInput):
        documents.make(world.as_("li"), world.case, number, reason="地点有误")
    world.engine.set_variables(world.case, {"place_note": "村委会门口", "elsewhere": 1}, actor="qian")
    documents.make(world.as_("li"), world.case, number, reason="张三丰说地点有误")
    (found,), _ = documents.of(world.as_("wang"), world.case)
    first, second = found.versions
    assert (found.state, found.number) == ("made", f"{UNIT}〔1975〕受理登记表第1号")
    assert (first.number, second.number, second.reason) == (1, 2, "张三丰说地点有误")
    assert [each.name for each in first.signatures] == ["wang"]
    assert second.signatures == ()
    assert documents.open(world.as_("wang"), world.case, number, 1).pdf == old
    said = words(documents.open(world.as_("wang"), world.case, number).pdf)
    assert "村委会门口" in said
    assert "（更正，第2版）" in said
    with pytest.raises(InvalidInput):
        documents.sign(world.as_("li"), world.case, number, hashlib.sha256(old).hexdigest())
    assert "张三丰" not in str([each.open().input for each in world.engine.queries.events(world.case)])
    world.check()


def test_what_later_steps_enter_does_not_change_the_document_of_an_earlier_one(world: PaperWorld) -> None:
    number = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, number)
    world.complete("handle", "sun", {"measures": "疏通"})
    with pytest.raises(InvalidInput):
        world.content.documents.make(world.as_("li"), world.case, number, reason="看看")


def test_a_signature_names_the_person_the_time_and_the_bytes(every_world: PaperWorld) -> None:
    world = every_world
    documents, number = world.content.documents, world.document("受理登记表", "li")
    documents.make(world.as_("li"), world.case, number)
    # Who registered it sees the phone masked by now, but it is theirs to sign.
    assert documents.open(world.as_("li"), world.case, number).masked
    (made,), _ = documents.of(world.as_("li"), world.case)
    sha256 = made.versions[0].sha256
    for person in ("li", "wang"):
        world.clock.now += 1
        documents.sign(world.as_(person), world.case, number, sha256)
    with pytest.raises(Conflict) as twice:
        documents.sign(world.as_("li"), world.case, number, sha256)
    assert twice.value.code == "document.signed"
    with pytest.raises(InvalidInput):
        documents.sign(world.as_("zhao"), world.case, number, "0" * 64)
    (signed,), _ = documents.of(world.as_("li"), world.case)
    assert signed.state == "signed"
    assert [(each.person, each.name, each.sha256) for each in signed.versions[0].signatures] == [
        ("li", "li", sha256),
        ("wang", "wang", sha256),
    ]
    world.check()


def test_nobody_signs_what_they_may_not_read(world: PaperWorld) -> None:
    world.complete("mediate", "wang", {"statements": "各让一步", "session_place": "村委会", "result": "成"})
    documents, number = world.content.documents, world.document("调解笔录")
    documents.make(world.as_("qian"), world.case, number)
    sha256 = next(each for each in documents.of(world.as_("qian"), world.case)[0] if each.id == number)
    with pytest.raises(Refusal) as caught:
        documents.sign(world.as_("qian"), world.case, number, sha256.versions[0].sha256)
    assert caught.value.rule == "document.masked"
    documents.sign(world.as_("wang"), world.case, number, sha256.versions[0].sha256)


def test_statements_stay_with_the_mediators(every_world: PaperWorld) -> None:
    """Others get a copy without them, marked as one; making a document shows nobody anything."""
    world = every_world
    world.complete("mediate", "wang", {"statements": "各让一步", "session_place": "村委会", "result": "成"})
    documents, number = world.content.documents, world.document("调解笔录")
    documents.make(world.as_("qian", request="making"), world.case, number)
    assert [line for line in world.content.access.page(person="qian") if line.request == "making"] == []
    whole = documents.open(world.as_("wang", request="reading"), world.case, number)
    copy = documents.open(world.as_("qian"), world.case, number)
    assert (whole.masked, copy.masked) == (False, True)
    assert "各让一步" in words(whole.pdf)
    assert "各让一步" not in words(copy.pdf)
    assert "脱敏副本" in words(copy.pdf)
    assert "村委会" in words(copy.pdf)
    (line,) = [line for line in world.content.access.page(person="wang") if line.request == "reading"]
    assert line.fields == ("statements",)


def test_what_a_document_does_not_print_does_not_count_as_shown(world: PaperWorld) -> None:
    """The department's paper has no personal data: it gets the very bytes, and the access log no line."""
    world.complete("handle", "sun", {"measures": "疏通"})
    documents, number = world.content.documents, world.document("处置单", "sun")
    documents.make(world.as_("sun"), world.case, number)
    opened = documents.open(world.as_("lu"), world.case, number)
    assert not opened.masked
    assert "疏通" in words(opened.pdf)
    assert world.content.access.page(person="lu") == []


def test_who_sees_only_their_part_sees_only_its_documents(every_world: PaperWorld) -> None:
    world = every_world
    world.complete("handle", "sun", {"measures": "疏通"})
    register = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, register)
    assert [each.name for each in world.content.documents.of(world.as_("lu"), world.case)[0]] == ["处置单"]
    for act in (
        lambda: world.content.documents.open(world.as_("lu"), world.case, register),
        lambda: world.content.documents.preview(world.as_("lu"), world.case, register),
        lambda: world.content.documents.make(world.as_("lu"), world.case, register),
        lambda: world.content.documents.sign(world.as_("lu"), world.case, register, "0" * 64),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_case_of_others_has_no_documents(world: PaperWorld) -> None:
    number = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, number)
    for act in (
        lambda: world.content.documents.of(world.as_("chen"), world.case),
        lambda: world.content.documents.open(world.as_("chen"), world.case, number),
        lambda: world.content.documents.make(world.as_("chen"), world.case, number),
        lambda: world.content.documents.preview(world.as_("chen"), world.case, number),
        lambda: world.content.dossiers.open(world.as_("chen"), world.case),
        lambda: world.content.dossiers.seal(world.as_("chen"), world.case),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_preview_is_marked_and_leaves_nothing(world: PaperWorld, tmp_path: Path) -> None:
    number = world.document("受理登记表", "li")
    before = len(list(world.engine.queries.events(world.case)))
    said = words(world.content.documents.preview(world.as_("wang"), world.case, number).pdf)
    assert "预览" in said
    assert "（生成时编号）" in said
    assert "张三丰" in said
    assert len(list(world.engine.queries.events(world.case))) == before
    assert stored(tmp_path) == []
    with pytest.raises(NotFound) as caught:
        world.content.documents.open(world.as_("wang"), world.case, number)
    assert caught.value.code == "documents.unmade"


def test_a_changed_file_is_not_given_out(world: PaperWorld, tmp_path: Path) -> None:
    number = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, number)
    (blob,) = stored(tmp_path)
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    with pytest.raises(Damaged):
        world.content.documents.open(world.as_("wang"), world.case, number)


def test_an_erased_key_erases_the_documents(world: PaperWorld) -> None:
    number = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, number)
    world.engine.erasure.erase(world.case, actor="worker", ground="request 1")
    with pytest.raises(Erased):
        world.content.documents.open(world.as_("wang"), world.case, number)
    world.check()


def test_documents_cannot_be_uploaded_or_taken_off(world: PaperWorld) -> None:
    for kind in ("document", "dossier"):
        with pytest.raises(InvalidInput):
            world.content.attachments.add(world.as_("li"), world.case, "a.pdf", [b"%PDF-1.4 x"], kind=kind)
    made = world.content.documents.make(world.as_("li"), world.case, world.document("受理登记表", "li"))
    with pytest.raises(NotFound):
        world.content.attachments.hide(world.as_("li"), world.case, made.seq, "不要")
    with pytest.raises(NotFound):
        world.content.attachments.open(world.as_("li"), world.case, made.seq)
    assert world.content.attachments.sweep(world.clock.now + 10 * 86_400_000_000) == 0


def test_a_suspended_case_and_one_that_has_ended_take_documents(world: PaperWorld) -> None:
    world.engine.command(world.case, "suspend", {"reason": "等鉴定"}, actor="qian")
    world.content.documents.make(world.as_("li"), world.case, world.document("受理登记表", "li"))
    world.engine.command(world.case, "resume", {}, actor="qian")
    world.finish()
    world.content.documents.make(world.as_("wang"), world.case, world.document("调解笔录"))
    world.check()
