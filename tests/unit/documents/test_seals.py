"""Seals: the proof of a service goes into the log, a picture onto the page; without either all works as well."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pypdf import PdfReader

from engine.cases.log import SIGN_DOCUMENT
from engine.documents import PicturedSeals, SealProof
from engine.errors import BihuanError, InvalidInput
from tests.unit.documents.paper_world import PaperWorld, build

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@dataclass
class Service:
    """A service as an operator would connect it."""

    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    fails: bool = False

    def seal(self, *, sha256: str, number: str, unit: str, person: str) -> SealProof | None:
        if self.fails:
            raise BihuanError(message_zh="印章服务不可用", message_en="the seal service is away")
        self.asked.append((sha256, number, unit, person))
        return SealProof(algorithm="SM2/GBT38540", proof="MIIB", certificate="MIIC")

    def picture(self, unit: str) -> bytes | None:
        return DOT if unit == "T1-centre" else None


def made(world: PaperWorld) -> tuple[int, str]:
    number = world.document("受理登记表", "li")
    world.content.documents.make(world.as_("li"), world.case, number)
    (found,), _ = world.content.documents.of(world.as_("li"), world.case)
    return number, found.versions[0].sha256


def test_the_proof_of_a_seal_lies_in_the_log_beside_the_hash(tmp_path: Path) -> None:
    service = Service()
    world = build("sqlite://", tmp_path, seals=service)
    number, sha256 = made(world)
    world.content.documents.sign(world.as_("wang"), world.case, number, sha256)
    (found,), _ = world.content.documents.of(world.as_("li"), world.case)
    assert found.versions[0].signatures[0].seal == "SM2/GBT38540"
    assert service.asked == [(sha256, found.number, "T1-centre", "wang")]
    (event,) = [
        each.open() for each in world.engine.queries.events(world.case) if each.head.kind == SIGN_DOCUMENT
    ]
    assert event.input["seal"] == {
        "algorithm": "SM2/GBT38540", "proof": "MIIB", "certificate": "MIIC", "unit": "T1-centre",
    }  # fmt: skip
    world.check()
    world.engine.close()


def test_nothing_is_signed_when_the_service_is_away(tmp_path: Path) -> None:
    service = Service()
    world = build("sqlite://", tmp_path, seals=service)
    number, sha256 = made(world)
    service.fails = True
    with pytest.raises(BihuanError):
        world.content.documents.sign(world.as_("wang"), world.case, number, sha256)
    (found,), _ = world.content.documents.of(world.as_("li"), world.case)
    assert found.state == "made"
    world.engine.close()


def test_a_picture_is_printed_where_the_seal_goes(tmp_path: Path) -> None:
    """On a form that has a place for it; what was made before has none."""
    found = []
    for place, seals in (("a", None), ("b", Service())):
        world = build("sqlite://", tmp_path / place, document="督办单", seals=seals)
        number = world.document("督办单", "li")
        world.content.documents.make(world.as_("li"), world.case, number)
        pdf = world.content.documents.open(world.as_("wang"), world.case, number).pdf
        found.append(sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages))
        world.engine.close()
    assert found == [0, 1]


def test_pictures_lie_in_a_folder_by_unit(tmp_path: Path) -> None:
    (tmp_path / "T1.png").write_bytes(DOT)
    (tmp_path / "T2.png").write_bytes(b"GIF89a")
    (tmp_path / "T3.png").write_bytes(DOT + bytes(600_000))
    seals = PicturedSeals(tmp_path)
    assert seals.picture("T1") == DOT
    assert seals.picture("nobody") is None
    assert seals.picture("../T1") is None
    assert seals.picture("") is None
    for unit in ("T2", "T3"):
        with pytest.raises(InvalidInput):
            seals.picture(unit)
