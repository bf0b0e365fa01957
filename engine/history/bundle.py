"""Proofs to hand to somebody else: a JSON document that is checked without any database.

A bundle holds a signed root and the public keys; besides, as the case may be, the proof that a case is in the tree of
the root, and the proof that the tree was only added to since an earlier root.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine import canonical
from engine.errors import BihuanError, InvalidInput
from engine.history import merkle
from engine.history.findings import HistoryFinding
from engine.history.signing import key_id
from engine.history.statements import PublicKey, Root, linked
from engine.history.tree import Consistency, Inclusion

FORMAT: Final = "bihuan.proof.1"
LARGEST: Final = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Included:
    """What a bundle says is in the tree. says: what the leaf says."""

    entry: bytes
    place: int
    path: tuple[bytes, ...]
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle as read. before, consistency: an earlier root and the way from it."""

    root: Root
    keys: Mapping[str, PublicKey]
    included: Included | None = None
    before: Root | None = None
    consistency: tuple[bytes, ...] = ()


def write(
    root: Root,
    keys: Sequence[PublicKey],
    *,
    inclusion: Inclusion | None = None,
    consistency: Consistency | None = None,
) -> dict[str, Any]:
    """A bundle as JSON."""
    made: dict[str, Any] = {
        "format": FORMAT,
        "root": root_json(root),
        "keys": [key_json(each) for each in keys],
    }
    if inclusion is not None:
        made["inclusion"] = inclusion_json(inclusion)
    if consistency is not None:
        made["consistency"] = consistency_json(consistency)
    return made


def root_json(root: Root) -> dict[str, Any]:
    """A root as JSON."""
    return {
        "size": root.size,
        "root": root.root.hex(),
        "signed_at": root.signed_at,
        "key": root.key_id,
        "signature": root.signature.hex(),
    }


def inclusion_json(proof: Inclusion) -> dict[str, Any]:
    """The proof that a leaf is in the tree, as JSON. entry: the very text that is hashed."""
    return {
        "entry": proof.leaf.entry().decode(),
        "place": proof.leaf.place,
        "path": [each.hex() for each in proof.path],
    }


def consistency_json(proof: Consistency) -> dict[str, Any]:
    """The proof that the tree was only added to, as JSON."""
    return {"before": root_json(proof.before), "path": [each.hex() for each in proof.path]}


def key_json(key: PublicKey) -> dict[str, Any]:
    """A public key as JSON."""
    return {
        "key": key.id,
        "public": key.public.hex(),
        "since": key.since,
        "signed_by": key.signed_by,
        "signature": None if key.signature is None else key.signature.hex(),
    }


def read(content: bytes) -> Bundle:
    """Read a bundle. Raises InvalidInput when it is none."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise ValueError("another format")
        return Bundle(
            root=_root(found["root"]),
            keys={each.id: each for each in map(_key, found["keys"])},
            included=_included(found["inclusion"]) if "inclusion" in found else None,
            before=_root(found["consistency"]["before"]) if "consistency" in found else None,
            consistency=_path(found["consistency"]["path"]) if "consistency" in found else (),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, BihuanError):
        raise InvalidInput(
            code="proof.not_a_bundle",
            message_zh="不是证明文件",
            message_en="this is no file of proofs",
        ) from None


def _root(given: Any) -> Root:
    size, signed_at = given["size"], given["signed_at"]
    if not (type(size) is int and type(signed_at) is int and 0 < size < 2**62):
        raise ValueError("no root")
    return Root(
        size=size,
        root=bytes.fromhex(given["root"]),
        signed_at=signed_at,
        key_id=str(given["key"]),
        signature=bytes.fromhex(given["signature"]),
    )


def _key(given: Any) -> PublicKey:
    public = bytes.fromhex(given["public"])
    signature = given["signature"]
    return PublicKey(
        # Its name is made anew: nobody's word is taken for it.
        id=key_id(public),
        public=public,
        since=int(given["since"]),
        signed_by=given["signed_by"],
        signature=None if signature is None else bytes.fromhex(signature),
    )


def _included(given: Any) -> Included:
    entry = given["entry"].encode()
    says = canonical.loads(entry)
    place = given["place"]
    if type(place) is not int or not isinstance(says, dict):
        raise ValueError("no proof")
    return Included(entry=entry, place=place, path=_path(given["path"]), says=says)


def _path(given: Any) -> tuple[bytes, ...]:
    if not isinstance(given, list) or len(given) > 200:
        raise ValueError("no path")
    return tuple(bytes.fromhex(each) for each in given)


def check(bundle: Bundle, trusted: Bundle | None = None) -> list[HistoryFinding]:
    """What is wrong with a bundle; nothing when it proves what it says.

    trusted: one that was received before: the keys must be of one row with its key, and the tree must be the one it
    has a root of, as far as the bundle says how it went on from there.
    """
    found: list[HistoryFinding] = []
    keys = dict(bundle.keys)
    anchors = set(keys)
    if trusted is not None:
        # What is said of a key by the one who is trusted counts, whatever the other says of it.
        keys.update(trusted.keys)
        anchors = linked(keys, {trusted.root.key_id})
        found += _signed(trusted.root, trusted.keys, set(trusted.keys), "trusted")
    found += _signed(bundle.root, keys, anchors, "root")
    included, before = bundle.included, bundle.before
    if included is not None and not merkle.is_included(
        included.entry, included.place, bundle.root.size, included.path, bundle.root.root
    ):
        found.append(
            _finding(
                "proof.inclusion",
                "inclusion",
                "案件不在这个根的证明树里",
                "the case is not in the tree of this root",
            )
        )
    if before is not None:
        found += _signed(before, keys, anchors, "consistency.before")
        if not merkle.is_consistent(
            before.size, bundle.root.size, before.root, bundle.root.root, bundle.consistency
        ):
            found.append(
                _finding(
                    "proof.consistency",
                    "consistency",
                    "较早的根所证明的内容被改动过，不只是追加",
                    "what the earlier root proves was altered, not only added to",
                )
            )
    if trusted is not None:
        found += _continued(bundle, trusted.root)
    return found


def _continued(bundle: Bundle, known: Root) -> list[HistoryFinding]:
    for each in (bundle.root, bundle.before):
        if each is not None and each.size == known.size:
            if each.root == known.root:
                return []
            return [
                _finding(
                    "proof.forked",
                    "root",
                    "同样大小的树有另一个根：历史被改写",
                    "a tree of the same size has another root: history was rewritten",
                )
            ]
    return [
        _finding(
            "proof.unconnected",
            "consistency",
            f"没有说明与已收到的根（{known.size} 片叶）的关系，请要一份对它的一致性证明",
            f"it does not say how it follows from the root received before ({known.size} leaves); "
            "ask for a proof of consistency with it",
        )
    ]


def _signed(root: Root, keys: Mapping[str, PublicKey], anchors: set[str], place: str) -> list[HistoryFinding]:
    key = keys.get(root.key_id)
    if key is None or root.key_id not in anchors:
        zh, en = f"签名的密钥 {root.key_id} 不可信", f"the key {root.key_id} that signed is not trusted"
        return [_finding("proof.key", place, zh, en)]
    if not root.is_by(key.public):
        return [
            _finding("proof.signature", place, "根的签名不成立", "the signature of the root does not hold")
        ]
    return []


def _finding(rule: str, place: str, zh: str, en: str) -> HistoryFinding:
    return HistoryFinding(rule=rule, place=place, message_zh=zh, message_en=en)
