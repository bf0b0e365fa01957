"""For auditors: signed roots of the proof tree and proofs against them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.acting import see_case
from api.auth import requires
from api.blueprint import Blueprint
from api.schemas import proofs as schemas
from api.service import service
from engine.history import bundle
from engine.history.destruction import due_list
from engine.history.tree import ProofTree

blueprint = Blueprint("proofs", __name__, description="证明 Signed roots and proofs.")


@blueprint.route("/audit/roots")
class RootsView(MethodView):
    """Signed roots."""

    @requires("audit:read")
    @blueprint.arguments(schemas.RootsQuery, location="query")
    @blueprint.response(200, schemas.RootsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """签名的根: hashes alone, nothing of any case."""
        tree = _tree()
        return {
            "items": [bundle.root_json(each) for each in tree.roots(**query)],
            "keys_": [bundle.key_json(each) for each in tree.public_keys()],
        }


@blueprint.route("/audit/consistency")
class ConsistencyView(MethodView):
    """Consistency of two roots."""

    @requires("audit:read")
    @blueprint.arguments(schemas.GrowthQuery, location="query")
    @blueprint.response(200, schemas.GrowthProofSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """一致性证明: that the tree was only added to from one root to another."""
        tree = _tree()
        proved = tree.consistency(query["earlier"], size=query.get("size"))
        return _said(bundle.write(proved.root, tree.public_keys(), consistency=proved))


@blueprint.route("/audit/cases/<case:case_id>/inclusion")
class InclusionView(MethodView):
    """Inclusion of a case."""

    @requires("audit:read")
    @blueprint.arguments(schemas.SizeQuery, location="query")
    @blueprint.response(200, schemas.CaseProofSchema)
    def get(self, query: dict[str, Any], case_id: UUID) -> dict[str, Any]:
        """包含证明: that a case as it last came into the tree is in a signed root."""
        see_case(case_id)
        tree = _tree()
        proved = tree.inclusion(case_id, size=query.get("size"))
        return _said(bundle.write(proved.root, tree.public_keys(), inclusion=proved))


@blueprint.route("/destructions/due")
class DueView(MethodView):
    """What is due for destruction."""

    @requires("config:write")
    @blueprint.arguments(schemas.DueQuery, location="query")
    @blueprint.response(200, schemas.DueListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """期满清单: the nightly list of cases whose time is over; their ids alone. Nothing is destroyed by itself."""
        with service().engine.database.reading() as tx:
            return {"items": due_list(tx, limit=query["limit"])}


def _tree() -> ProofTree:
    engine = service().engine
    return ProofTree(engine.database, engine.clock)


def _said(made: dict[str, Any]) -> dict[str, Any]:
    # `keys` is a method of every mapping: the schema reads it under another name.
    return {**made, "keys_": made["keys"]}
