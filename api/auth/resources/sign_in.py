"""`/auth`: signing in and out, who I am, my password, my sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, g, jsonify, request
from flask.views import MethodView

from api.auth import cookies
from api.auth.access import public, requires
from api.auth.authentication import Arrival
from api.auth.caller import current
from api.auth.gate import BLUEPRINT, Gate, address, gate, origin
from api.auth.refusals import Forbidden, TooManyRequests, Unauthenticated
from api.auth.schemas import (
    LoginInput,
    LogoutInput,
    MeOutput,
    PasswordInput,
    SessionOutput,
    SignedInOutput,
)
from api.blueprint import Blueprint
from api.language import language
from api.problems import MEDIA_TYPE
from api.schemas.problem import ProblemSchema
from engine.accounts.refusals import AccountClosed, LockedOut, PasswordExpired, SignInRefused
from engine.accounts.sessions import csrf_token
from engine.errors import NotFound
from engine.i18n import Language
from engine.store import NEVER

blueprint = Blueprint(
    BLUEPRINT, __name__, description="Signing in and out, and who one is.", url_prefix="/api/v1/auth"
)


@blueprint.route("/login")
class Login(MethodView):
    """Signing in."""

    @public
    @blueprint.arguments(LoginInput)
    @blueprint.response(200, MeOutput, description="Signed in; the cookies are set.")
    @blueprint.alt_response(
        401, schema=ProblemSchema, content_type=MEDIA_TYPE, description="A wrong name or password."
    )
    @blueprint.alt_response(
        403,
        schema=ProblemSchema,
        content_type=MEDIA_TYPE,
        description="The account is disabled, its one-time password has expired, or the page is foreign.",
    )
    def post(self, given: dict[str, str]) -> Response:
        """Sign in with a password.

        Sets the session's cookie and `bihuan_csrf`. A wrong name and a wrong password are answered alike, with
        401; after several wrong attempts the answer is 429 with `Retry-After` for a growing while. A former
        session of this browser ends.
        """
        stand = gate()
        stand.rates.count("sign-in", address(), stand.office.settings.rates.sign_in)
        former = cookies.session_secret(request, stand.settings)
        with answered():
            signed = stand.office.signing_in.with_password(
                given["login"], given["password"], origin(), replacing=former
            )
        return entered(stand, signed.secret)


@blueprint.route("/logout")
class Logout(MethodView):
    """Signing out."""

    @requires()
    @blueprint.arguments(LogoutInput, required=False)
    @blueprint.response(204, description="Signed out; the cookies are gone.")
    def post(self, given: dict[str, Any] | None = None) -> Response:
        """Sign out here, or everywhere. Machines have nothing to sign out of: 403."""
        arrival, stand = _at_browser(), gate()
        assert arrival.account is not None
        everywhere = bool((given or {}).get("everywhere"))
        stand.office.signing_in.sign_out(arrival.account, origin(), g.bihuan_secret, everywhere=everywhere)
        return cookies.forget(Response(status=204), stand.settings)


@blueprint.route("/me")
class Me(MethodView):
    """Who I am."""

    @requires()
    @blueprint.response(200, MeOutput)
    def get(self) -> dict[str, Any]:
        """Who I am: my roles in units, what I may ask for, whom I stand in for."""
        return _me(gate(), g.bihuan_arrival, g.get("bihuan_secret"))


@blueprint.route("/session")
class Session(MethodView):
    """Whether anybody is signed in."""

    @public
    @blueprint.response(200, SignedInOutput)
    def get(self) -> dict[str, Any]:
        """Who is signed in at this browser, or nobody: what a page asks before it knows. Never refused."""
        arrival = g.get("bihuan_arrival")
        return {"me": None if arrival is None else _me(gate(), arrival, g.get("bihuan_secret"))}


@blueprint.route("/password")
class Password(MethodView):
    """My password."""

    @requires()
    @blueprint.arguments(PasswordInput)
    @blueprint.response(200, MeOutput, description="Changed; the session goes on under another id.")
    def post(self, given: dict[str, str]) -> Response:
        """Change my password. My other sessions end."""
        arrival, stand = _at_browser(), gate()
        assert arrival.account is not None
        assert arrival.session is not None
        with answered():
            stand.office.register.change_password(
                arrival.account.id,
                given["old_password"],
                given["new_password"],
                origin(),
                about=(_name(stand, arrival),),
                kept=arrival.session.hash,
            )
        renewed = stand.office.signing_in.renew(arrival.account.id, origin(), g.bihuan_secret)
        return entered(stand, renewed.secret)


@blueprint.route("/sessions")
class MySessions(MethodView):
    """My sessions."""

    @requires()
    @blueprint.response(200, SessionOutput(many=True))
    def get(self) -> list[dict[str, Any]]:
        """My sessions, the one used last first. Machines have none: 403."""
        arrival, stand = _at_browser(), gate()
        return shown_sessions(stand, current().account, arrival.session.id if arrival.session else None)


@blueprint.route("/sessions/<string:session>")
class MySession(MethodView):
    """One of my sessions."""

    @requires()
    @blueprint.response(204, description="It has ended.")
    def delete(self, session: str) -> None:
        """End one of my sessions. Nobody else's is found."""
        _at_browser()
        end_session(gate(), current().account, session)


def shown_sessions(stand: Gate, account: str, mine: str | None) -> list[dict[str, Any]]:
    """The sessions of an account as they are shown. mine: the one that asks."""
    found = stand.office.sessions.of(account, stand.office.clock())
    return [
        {
            "id": session.id,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "expires_at": session.expires_at,
            "address": session.address,
            "agent": session.agent,
            "current": session.id == mine,
        }
        for session in found
    ]


def end_session(stand: Gate, account: str, session: str) -> None:
    """End a session by its public id. Raises NotFound."""
    office = stand.office
    with office.database.transaction() as tx:
        if not office.sessions.end_by_id(tx, account, session):
            raise NotFound(message_zh="没有这个会话", message_en="there is no such session")
        office.log.note(tx, "session-ended", origin(), account=account)


def entered(stand: Gate, secret: str) -> Response:
    """The answer to who has just come in by a session."""
    arrival = stand.authentication.of_session(secret)
    if arrival is None:
        raise Unauthenticated.missing()
    g.bihuan_caller = arrival.caller
    response = jsonify(MeOutput().dump(_me(stand, arrival, secret)))
    return cookies.keep(response, secret, stand.settings, longest=stand.office.settings.sessions.longest)


@contextmanager
def answered() -> Iterator[None]:
    """Why somebody is not signed in, as answers of HTTP."""
    try:
        yield
    except SignInRefused as error:
        raise Unauthenticated(
            message_zh=error.message_zh, message_en=error.message_en, code=error.code
        ) from None
    except (AccountClosed, PasswordExpired) as error:
        raise Forbidden(message_zh=error.message_zh, message_en=error.message_en, code=error.code) from None
    except LockedOut as error:
        raise TooManyRequests(
            message_zh=error.message_zh,
            message_en=error.message_en,
            code=error.code,
            headers={"Retry-After": str(error.seconds)},
        ) from None


def _at_browser() -> Arrival:
    arrival: Arrival = g.bihuan_arrival
    if arrival.session is None:
        raise Forbidden(
            code="auth.session_only",
            message_zh="只有登录会话才能这样做",
            message_en="only a browser's session can do this",
        )
    return arrival


def _name(stand: Gate, arrival: Arrival) -> str:
    caller = arrival.caller
    if caller.person is None:
        return caller.login
    row = stand.office.directory.index.person(caller.person, stand.office.clock())
    return caller.login if row is None else row.name


def _me(stand: Gate, arrival: Arrival, secret: str | None) -> dict[str, Any]:
    caller, office = arrival.caller, stand.office
    session, account = arrival.session, arrival.account
    now = office.clock()
    acting = g.get("bihuan_caller") or caller
    return {
        "kind": caller.kind,
        "account": caller.account,
        "login": caller.login,
        "person": caller.person,
        "name": _name(stand, arrival),
        "posts": _posts(stand, arrival, now),
        "account_roles": sorted(caller.account_roles),
        "permissions": sorted(caller.scopes),
        "stands_in_for": _absents(stand, caller.person, now),
        "on_behalf_of": acting.on_behalf_of,
        "must_change_password": arrival.must_change_password,
        "locale": None if account is None else account.locale,
        "csrf_token": None if secret is None else csrf_token(secret),
        "expires_at": None if session is None else office.sessions.ends_at(session, now),
    }


def _posts(stand: Gate, arrival: Arrival, now: int) -> list[dict[str, str]]:
    index = stand.office.directory.index
    words = index.vocabulary.roles.by_code
    is_english = language() is Language.EN
    found = []
    for unit, roles in arrival.caller.roles.items():
        row = index.unit(unit, now)
        for role in roles:
            word = words.get(role)
            level = None if row is None or row.department else row.level
            named = role if word is None else word.names[-1] if is_english else word.called(level)
            found.append(
                {"unit": unit, "unit_name": row.name if row else unit, "role": role, "role_name": named}
            )
    return found


def _absents(stand: Gate, person: str | None, now: int) -> list[dict[str, Any]]:
    if person is None:
        return []
    index = stand.office.directory.index
    found = []
    for row in index.standing_in(person, now):
        absent = index.person(row.absent, now)
        found.append(
            {
                "person": row.absent,
                "name": absent.name if absent else row.absent,
                "role": row.role,
                "until": None if row.valid_until == NEVER else row.valid_until,
                "reason": row.reason,
            }
        )
    return found
