"""`bihuan document`: list, make, save, sign, seal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import DIAGRAM, FORM, Bihuan

WITH_DOCUMENT = DIAGRAM.replace(
    '<zeebe:formDefinition formId="visit"/>',
    '<zeebe:formDefinition formId="visit"/><zeebe:properties>'
    '<zeebe:property name="bihuan:document" value="走访记录"/></zeebe:properties>',
)


@pytest.fixture
def case(bihuan: Bihuan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case whose first step is done."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "visit.bpmn").write_text(WITH_DOCUMENT, encoding="utf-8")
    (tmp_path / "p" / "visit.form").write_text(FORM, encoding="utf-8")
    assert bihuan("deploy", "p").code == 0
    started = str(bihuan("start", "visit", "--format", "json").json["case"])
    assert bihuan("complete", started, "go", "--var", "people=2", "--var", 'note="#read(1)"').code == 0
    return started


def test_a_document_from_the_list_to_the_sealed_dossier(bihuan: Bihuan, case: str, tmp_path: Path) -> None:
    (due,) = bihuan("document", "list", case, "--format", "json").json["documents"]
    assert (due["name"], due["state"]) == ("走访记录", "due")
    number = str(due["id"])
    assert bihuan("document", "save", case, number, "a.pdf").code == 3
    assert bihuan("document", "make", case, number).code == 0
    assert bihuan("document", "make", case, number).code != 0
    assert bihuan("document", "save", case, number, "a.pdf").code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    (made,) = bihuan("document", "list", case, "--format", "json").json["documents"]
    sha256 = made["versions"][0]["sha256"]
    assert bihuan("document", "sign", case, number, "--sha256", "0" * 64).code != 0
    # To somebody else the note is masked.
    assert bihuan("document", "sign", case, number, "--sha256", sha256, "--actor", "li").code == 5
    assert bihuan("document", "sign", case, number, "--sha256", sha256).code == 0
    assert bihuan("document", "seal", case).code != 0
    assert bihuan("complete", case, "report").code == 0
    assert bihuan("document", "seal", case).code == 0
    told = bihuan("document", "list", case, "--format", "json").json
    assert (told["documents"][0]["state"], told["dossier"]["entries"]) == ("signed", 1)
    assert "已封卷" in bihuan("document", "list", case).err + bihuan("document", "list", case).out
    assert bihuan("verify", case).code == 0
    assert bihuan("replay", case).code == 0
