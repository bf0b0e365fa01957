"""Signed roots of the proof tree, and proofs against them."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Output, Query, described, moment

LARGEST = 2**53
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class RootSchema(Output):
    """A signed root."""

    size = described(fields.Integer, "Over how many leaves.", 1024, required=True)
    root = described(fields.String, "The root, in hex.", _DIGEST, required=True)
    signed_at = described(
        fields.Integer,
        "When: microseconds since 1970 UTC, the very number that is signed.",
        1_767_225_600_000_000,
        required=True,
    )
    key = described(fields.String, "Name of the key that signed.", _DIGEST[:32], required=True)
    signature = described(fields.String, "Its Ed25519 signature, in hex.", _DIGEST * 2, required=True)


class KeySchema(Output):
    """A public key."""

    key = described(fields.String, "Its name: the first digits of its SHA-256.", _DIGEST[:32], required=True)
    public = described(fields.String, "The key, in hex.", _DIGEST, required=True)
    since = described(
        fields.Integer, "Since when: microseconds since 1970 UTC.", 1_767_225_600_000_000, required=True
    )
    signed_by = described(
        fields.String,
        "The key before, which signed that this one follows.",
        None,
        required=True,
        allow_none=True,
    )
    signature = described(fields.String, "Its signature.", None, required=True, allow_none=True)


class RootsQuery(Query):
    """Which roots."""

    before = described(
        fields.Integer, "Over fewer leaves than this.", 2048, validate=ma.validate.Range(1, LARGEST)
    )
    limit = described(
        fields.Integer, "How many at most.", 50, load_default=50, validate=ma.validate.Range(1, 200)
    )


class RootsSchema(Output):
    """Signed roots, the latest first, with all public keys."""

    items = fields.List(fields.Nested(RootSchema), required=True, metadata={"description": "The roots."})
    keys_ = fields.List(
        fields.Nested(KeySchema),
        required=True,
        data_key="keys",
        metadata={"description": "The public keys, the first one first."},
    )


class InclusionSchema(Output):
    """Where the leaf of a case is."""

    entry = described(fields.String, "The text that is hashed.", '{"is":"bihuan.head.1"}', required=True)
    place = described(fields.Integer, "The leaf's place, from 0.", 17, required=True)
    path = described(
        fields.List,
        "The hashes beside it, from below.",
        [_DIGEST],
        cls_or_instance=fields.String(),
        required=True,
    )


class GrownSchema(Output):
    """How the tree grew out of an earlier one."""

    before = fields.Nested(RootSchema, required=True, metadata={"description": "The earlier root."})
    path = described(
        fields.List, "The hashes of the proof.", [_DIGEST], cls_or_instance=fields.String(), required=True
    )


class ProofSchema(Output):
    """A bundle that `bihuan proof check` checks offline."""

    format = described(fields.String, "Of the bundle.", "bihuan.proof.1", required=True)
    root = fields.Nested(RootSchema, required=True, metadata={"description": "The signed root."})
    keys_ = fields.List(
        fields.Nested(KeySchema),
        required=True,
        data_key="keys",
        metadata={"description": "The public keys, the first one first."},
    )


class CaseProofSchema(ProofSchema):
    """That a case is in the tree."""

    inclusion = fields.Nested(InclusionSchema, required=True, metadata={"description": "The proof."})


class GrowthProofSchema(ProofSchema):
    """That the tree was only added to."""

    consistency = fields.Nested(GrownSchema, required=True, metadata={"description": "The proof."})


class DueQuery(Query):
    """How much of the list."""

    limit = described(
        fields.Integer, "How many at most.", 100, load_default=100, validate=ma.validate.Range(1, 1_000)
    )


class DueSchema(Output):
    """A case whose time is over."""

    case_id = described(fields.UUID, "The case.", "019aa000-0000-7000-8000-000000000000", required=True)
    rule = described(fields.String, "The rule of retention.toml.", "纠纷", required=True)
    ended_at = moment("When the case ended.", required=True)
    due_at = moment("When its time was over.", required=True)


class DueListSchema(Output):
    """The list as the last night made it, the longest overdue first."""

    items = fields.List(fields.Nested(DueSchema), required=True, metadata={"description": "The cases."})


class SizeQuery(Query):
    """Against which root."""

    size = described(
        fields.Integer,
        "The root over so many leaves; by default the latest.",
        1024,
        validate=ma.validate.Range(1, LARGEST),
    )


class GrowthQuery(SizeQuery):
    """From which root to which."""

    earlier = described(
        fields.Integer,
        "The earlier root, over so many leaves.",
        512,
        required=True,
        validate=ma.validate.Range(1, LARGEST),
    )
