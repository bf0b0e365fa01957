"""What is changed in the tables of comments, attachments and links is found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.history import Verifier
from tests.unit.content.world import World


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM case_comments", "row.case_comments"),
        ("UPDATE case_comments SET author = 'wang'", "row.case_comments"),
        ("UPDATE case_attachments SET blob = 'ffffffffffffffff'", "row.case_attachments"),
        ("UPDATE case_attachments SET detached_seq = NULL", "row.case_attachments"),
        ("UPDATE case_links SET kind = 'referral'", "row.case_links"),
        ("DELETE FROM case_links", "row.case_links"),
    ],
)
def test_a_row_that_is_not_what_the_log_says_is_a_finding(world: World, statement: str, rule: str) -> None:
    world.content.comments.add(world.as_("qian"), world.case, "请看")
    number = world.content.attachments.add(world.as_("li"), world.case, "a.txt", [b"x"]).seq
    world.content.attachments.add(world.as_("li"), world.case, "b.txt", [b"x"])
    world.content.attachments.hide(world.as_("li"), world.case, number, "传错了")
    second = world.engine.start("p", {"grid": "G1"}, actor="li").case_id
    world.content.links.link(world.as_("qian"), world.case, second, "related")
    assert Verifier(world.engine).verify(world.case).is_sound
    with world.engine.database.transaction() as tx:
        tx.execute(sa.text(statement))
    findings = Verifier(world.engine).verify(world.case).findings
    assert {finding.rule for finding in findings} == {rule}
