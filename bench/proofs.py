"""The proof tree at size: adding 10,000 heads to 1,000,000 leaves, and what proofs cost.

`python -m bench.proofs [URL]`: by default a SQLite file in a temporary folder. `--leaves N`, `--heads N`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.cases.clock import wall_clock
from engine.history import bundle
from engine.history.signing import SigningKey
from engine.history.statements import Leaf
from engine.history.tree import ProofTree
from engine.store import Database, insert
from engine.store.tables import cases, unproved_events

BATCH = 50_000
PROOFS = 200


def _case(number: int) -> UUID:
    return UUID(int=0x01890000_0000_7000_8000_000000000000 + number)


def _fill(database: Database, tree: ProofTree, key: SigningKey, leaves: int) -> None:
    for first in range(0, leaves, BATCH):
        with database.transaction() as tx:
            growing = tree.take(tx, key)
            made = [
                Leaf(place=place, kind="head", case_id=_case(place), seq=1, head=place.to_bytes(32))
                for place in range(first, min(first + BATCH, leaves))
            ]
            tree.add(tx, key, growing, made)


def _change(database: Database, heads: int) -> None:
    rows = [
        {
            "case_id": _case(number),
            "definition": bytes(32),
            "definition_key": "bench",
            "definition_version": 1,
            "business_key": None,
            "status": "active",
            "provenance": "live",
            "behaviour": 1,
            "started_at": 0,
            "ended_at": None,
            "effective_at": 0,
            "seq": 2,
            "head": number.to_bytes(32),
            "state_hash": bytes(32),
            "state": b"",
        }
        for number in range(heads)
    ]
    with database.transaction() as tx:
        tx.write_many(insert(cases), rows)
        tx.write_many(insert(unproved_events), [{"case_id": row["case_id"], "seq": 2} for row in rows])


def _each(work: Callable[[int], object], numbers: Iterator[int]) -> list[float]:
    found = []
    for number in numbers:
        began = time.perf_counter()
        work(number)
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)


def measure(url: str, leaves: int, heads: int) -> dict[str, float]:
    """The figures: seconds, milliseconds and bytes."""
    database = Database.open(url, create=True)
    tree, key = ProofTree(database, wall_clock), SigningKey(Ed25519PrivateKey.generate())
    began = time.perf_counter()
    _fill(database, tree, key, leaves)
    filled = time.perf_counter() - began
    _change(database, heads)
    wall, cpu = time.perf_counter(), time.process_time()
    root = tree.append(key)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    idle = _each(lambda _: tree.append(key), iter(range(PROOFS)))
    draw = Random(7)
    sizes = [each.size for each in tree.roots(limit=200)]
    includes = _each(
        lambda number: tree.inclusion(_case(number)), (draw.randrange(leaves) for _ in range(PROOFS))
    )
    grown = _each(tree.consistency, (draw.choice(sizes) for _ in range(PROOFS)))
    proof, way = tree.inclusion(_case(leaves // 2)), tree.consistency(sizes[len(sizes) // 2])
    database.close()
    assert root is not None
    return {
        "leaves": root.size,
        "fill_seconds": round(filled, 1),
        "append_seconds": round(wall, 2),
        "append_cpu_seconds": round(cpu, 2),
        "nothing_changed_p50_ms": round(idle[PROOFS // 2], 2),
        "inclusion_p50_ms": round(includes[PROOFS // 2], 2),
        "inclusion_p95_ms": round(includes[PROOFS * 95 // 100], 2),
        "consistency_p50_ms": round(grown[PROOFS // 2], 2),
        "consistency_p95_ms": round(grown[PROOFS * 95 // 100], 2),
        "inclusion_hashes": len(proof.path),
        "inclusion_bytes": len(json.dumps(bundle.inclusion_json(proof))),
        "consistency_hashes": len(way.path),
        "consistency_bytes": len(json.dumps(bundle.consistency_json(way))),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--heads", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'proofs.sqlite'}"
        print(json.dumps(measure(url, given.leaves, given.heads), indent=1))


if __name__ == "__main__":
    main()
