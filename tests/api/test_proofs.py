"""Auditors read signed roots and proofs; what they are given is checked offline."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.client import Client
from engine.history import bundle
from engine.history.signing import SigningKey
from engine.history.tree import ProofTree
from engine.store.tables import due_destructions
from tests.api.place import US, Place


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def sign(place: Place, key: SigningKey) -> int:
    root = ProofTree(place.engine.database, place.engine.clock).append(key)
    assert root is not None
    return root.size


def holds(given: object) -> bool:
    return bundle.check(bundle.read(json.dumps(given).encode())) == []


def test_roots_and_proofs_are_read_and_hold(place: Place, key: SigningKey) -> None:
    case, caller = place.start("G1"), place.sign_in("auditor")
    assert caller.get(f"/audit/cases/{case}/inclusion").status_code == 404
    earlier = sign(place, key)
    place.start("G1")
    latest = sign(place, key)
    body = caller.get("/audit/roots", limit=2).get_json()
    assert [each["size"] for each in body["items"]] == [latest, earlier]
    assert [each["key"] for each in body["keys"]] == [key.id]
    older = caller.get("/audit/roots", limit=1, before=latest).get_json()
    assert [each["size"] for each in older["items"]] == [earlier]
    included = caller.get(f"/audit/cases/{case}/inclusion").get_json()
    assert json.loads(included["inclusion"]["entry"])["case"] == case
    assert holds(included)
    assert caller.get(f"/audit/cases/{case}/inclusion", size=earlier).get_json()["root"]["size"] == earlier
    grown = caller.get("/audit/consistency", earlier=earlier).get_json()
    assert (grown["consistency"]["before"]["size"], grown["root"]["size"]) == (earlier, latest)
    assert holds(grown)
    assert caller.get("/audit/consistency", earlier=latest + 1).get_json()["code"] == "proof.no_root"


def test_a_foreign_case_is_not_there_to_be_proved(place: Place, key: SigningKey) -> None:
    case = place.start("G1")
    sign(place, key)
    for person in ("grid", "town", "designer", "admin"):
        assert place.sign_in(person).get(f"/audit/cases/{case}/inclusion").status_code == 403
        assert place.sign_in(person).get("/audit/roots").status_code == 403
    _, secret = place.office.tokens.make(
        f"machine {uuid4()}", ("audit:read", "cases:read"), 30, US, person="grid2"
    )
    transport = httpx.WSGITransport(app=place.app)
    with place.everybody_may(), Client("http://localhost", token=secret, transport=transport) as client:
        foreign, missing = (
            client._http.get(f"/audit/cases/{each}/inclusion").json() for each in (case, uuid4())
        )
        assert foreign["code"] == missing["code"] == "case.unknown"
        assert foreign["status"] == 404


def test_the_client_reads_them(place: Place, key: SigningKey) -> None:
    case = UUID(place.start("G1"))
    size = sign(place, key)
    _, secret = place.office.tokens.make(
        f"machine {uuid4()}", ("audit:read", "cases:read"), 30, US, person="auditor"
    )
    with Client("http://localhost", token=secret, transport=httpx.WSGITransport(app=place.app)) as client:
        assert client.roots(limit=1)["items"][0]["size"] == size
        assert holds(client.inclusion(case, size=size))
        assert holds(client.consistency(size))


def test_an_administrator_alone_reads_what_is_due(place: Place) -> None:
    case = UUID(place.start("G1"))
    with place.engine.database.transaction() as tx:
        tx.execute(
            due_destructions.insert().values(case_id=case, rule="纠纷", ended_at=1, due_at=2, listed_at=3)
        )
    found = place.sign_in("admin").get("/destructions/due").get_json()["items"]
    assert [(each["case_id"], each["rule"]) for each in found] == [(str(case), "纠纷")]
    for person in ("grid", "town", "auditor", "designer"):
        assert place.sign_in(person).get("/destructions/due").status_code == 403
    with place.engine.database.transaction() as tx:
        tx.execute(due_destructions.delete())
