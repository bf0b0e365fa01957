"""The dossier: everything in it listed, sealed once the case has ended, and nothing put under it afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.cases.log import REFUSED, SEAL_DOSSIER
from engine.errors import Conflict, NotFound, Refusal
from engine.history import Verifier
from tests.unit.documents.paper_world import PaperWorld, words

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def seal(world: PaperWorld) -> None:
    documents = world.content.documents
    world.content.attachments.add(world.as_("li"), world.case, "现场.png", [PNG])
    number = world.document("受理登记表", "li")
    documents.make(world.as_("li"), world.case, number)
    documents.sign(
        world.as_("li"),
        world.case,
        number,
        documents.of(world.as_("li"), world.case)[0][0].versions[0].sha256,
    )
    world.finish()
    world.content.dossiers.seal(world.as_("wang"), world.case)


def test_a_dossier_lists_every_document_and_file_with_its_hash(every_world: PaperWorld) -> None:
    world = every_world
    seal(world)
    documents, dossier = world.content.documents.of(world.as_("wang"), world.case)
    assert dossier is not None
    assert [each.state for each in documents] == ["signed", "made", "made"]
    assert [each.name for each in documents] == ["受理登记表", "调解笔录", "处置单"]
    opened = world.content.dossiers.open(world.as_("wang"), world.case)
    assert hashlib.sha256(opened.pdf).hexdigest() == dossier.sha256
    said = words(opened.pdf)
    (attachment,) = world.content.attachments.of(world.as_("wang"), world.case)
    hashes = [attachment.sha256, *(each.versions[0].sha256 for each in documents)]
    for wanted in ("现场.png", *(each.number for each in documents), *hashes, dossier.log_head, "4件"):
        assert wanted in said
    assert dossier.entries == 4
    assert dossier.number == "青石镇综治中心〔1975〕卷宗目录第1号"
    events = list(world.engine.queries.events(world.case))
    assert events[-1].head.kind == SEAL_DOSSIER
    assert (dossier.log_seq, dossier.log_head) == (events[-2].head.seq, events[-2].hash.hex())
    world.check()


def test_nothing_is_put_into_a_sealed_dossier(world: PaperWorld) -> None:
    seal(world)
    documents, _ = world.content.documents.of(world.as_("wang"), world.case)
    sha256 = documents[0].versions[0].sha256
    acts: tuple[Callable[[], object], ...] = (
        lambda: world.content.documents.sign(world.as_("wang"), world.case, documents[0].id, sha256),
        lambda: world.content.dossiers.seal(world.as_("wang"), world.case),
    )
    for act in acts:
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.rule == "dossier.sealed"
    last = list(world.engine.queries.events(world.case))[-1]
    assert last.head.kind == REFUSED
    assert last.open().input["rule"] == "dossier.sealed"
    world.check()


def test_a_dossier_of_an_open_case_is_not_sealed(world: PaperWorld) -> None:
    with pytest.raises(Conflict) as caught:
        world.content.dossiers.seal(world.as_("wang"), world.case)
    assert caught.value.code == "case.open"
    with pytest.raises(NotFound):
        world.content.dossiers.open(world.as_("wang"), world.case)


def test_a_dossier_shows_nobody_what_is_not_theirs(world: PaperWorld) -> None:
    """A file for the mediators is on the sealed list; others get a copy without it, and who has a part only, none."""
    world.content.attachments.add(world.as_("wang"), world.case, "密谈.png", [PNG], audience="mediators")
    world.finish()
    world.content.dossiers.seal(world.as_("wang"), world.case)
    whole = world.content.dossiers.open(world.as_("wang"), world.case)
    copy = world.content.dossiers.open(world.as_("qian"), world.case)
    assert (whole.masked, copy.masked) == (False, True)
    assert "密谈.png" in words(whole.pdf)
    assert "密谈.png" not in words(copy.pdf)
    assert "脱敏副本" in words(copy.pdf)
    with pytest.raises(NotFound):
        world.content.dossiers.open(world.as_("lu"), world.case)
    with pytest.raises(NotFound):
        world.content.dossiers.seal(world.as_("lu"), world.case)
    assert world.content.documents.of(world.as_("lu"), world.case)[1] is None


def test_the_list_is_made_by_sealing_and_by_nothing_else(world: PaperWorld) -> None:
    """The step of the flow that yields it is done before the case ends; a list made then could not be whole."""
    world.finish()
    assert "卷宗目录" not in [
        each.name for each in world.content.documents.of(world.as_("wang"), world.case)[0]
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM case_attachments WHERE kind = 'document'",
        "DELETE FROM case_attachments WHERE kind = 'dossier'",
        "UPDATE case_attachments SET blob = 'ffffffffffffffff' WHERE kind = 'dossier'",
        "UPDATE case_attachments SET kind = 'evidence' WHERE kind = 'document'",
    ],
)
def test_a_row_of_a_file_that_was_changed_is_a_finding(world: PaperWorld, statement: str) -> None:
    seal(world)
    assert Verifier(world.engine).verify(world.case).is_sound
    with world.engine.database.transaction() as tx:
        tx.execute(sa.text(statement))
    findings = Verifier(world.engine).verify(world.case).findings
    assert {finding.rule for finding in findings} == {"row.case_attachments"}
