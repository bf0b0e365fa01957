"""`/tokens`: tokens of machines."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.auth.access import requires
from api.auth.gate import gate, origin
from api.auth.resources.accounts import check_person
from api.auth.schemas import ListQuery, MadeTokenOutput, ScopesOutput, TokenInput, TokenOutput, TokenPage
from api.blueprint import Blueprint
from api.language import either
from engine.accounts.scopes import SCOPES
from engine.accounts.tokens import Token

blueprint = Blueprint("tokens", __name__, description="Tokens of machines.")


@blueprint.route("/tokens")
class AllTokens(MethodView):
    """All tokens."""

    @requires("accounts:read")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, TokenPage)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Tokens in the order they were made in, revoked and expired ones too."""
        limit = query["limit"]
        found = gate().office.tokens.all(after=query["cursor"], limit=limit + 1)
        page = found[:limit]
        return {
            "items": [_shown(token) for token in page],
            "next": page[-1].id if len(found) > limit else None,
        }

    @requires("accounts:write")
    @blueprint.arguments(TokenInput)
    @blueprint.response(201, MadeTokenOutput)
    def post(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make a token. Its secret is in this answer and nowhere else."""
        office = gate().office
        check_person(office, given["person"])
        token, secret = office.tokens.make(
            given["name"], given["scopes"], given["days"], origin(), person=given["person"]
        )
        return {**_shown(token), "secret": secret}


@blueprint.route("/tokens/scopes")
class TokenScopes(MethodView):
    """Scopes."""

    @requires("accounts:read")
    @blueprint.response(200, ScopesOutput)
    def get(self) -> dict[str, Any]:
        """What a token can be allowed, in the caller's language."""
        return {
            "items": [{"scope": name, "title": either(said.zh, said.en)} for name, said in SCOPES.items()]
        }


@blueprint.route("/tokens/<string:token>")
class OneToken(MethodView):
    """One token."""

    @requires("accounts:write")
    @blueprint.response(200, TokenOutput)
    def delete(self, token: str) -> dict[str, Any]:
        """Revoke a token: it opens nothing any more."""
        return _shown(gate().office.tokens.revoke(token, origin()))


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": sorted(token.scopes),
        "person": token.person,
        "created_at": token.created_at,
        "created_by": token.created_by,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "revoked_at": token.revoked_at,
        "revoked_by": token.revoked_by,
    }
