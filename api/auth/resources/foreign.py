"""`/auth/oidc`: signing in with another organisation."""

from __future__ import annotations

import logging
import re
from typing import Any, Final
from urllib.parse import quote

from flask import Response, redirect, request
from flask.views import MethodView

from api.auth import cookies
from api.auth.access import public
from api.auth.gate import Gate, address, gate, origin
from api.auth.oidc import Provider, ProviderFailed, login_of
from api.auth.refusals import HttpRefusal, Unauthenticated
from api.auth.resources.sign_in import answered, blueprint
from api.auth.schemas import CallbackQuery, ProviderOutput, StartQuery
from api.security.headers import is_https
from engine.accounts.foreign import SECONDS, Return
from engine.accounts.refusals import SignInRefused
from engine.errors import BihuanError, NotFound

_COOKIE: Final = "bihuan_oidc"
_PATH: Final = "/api/v1/auth/oidc"
_SIGN_IN_PAGE: Final = "/sign-in"
# A path of ours and nothing that a browser could take for another host.
_LOCAL: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
_LOG = logging.getLogger("bihuan.security")


@blueprint.route("/providers")
class Providers(MethodView):
    """Organisations one may sign in with."""

    @public
    @blueprint.response(200, ProviderOutput(many=True))
    def get(self) -> list[dict[str, str]]:
        """The organisations one may sign in with."""
        return [
            {"name": each.name, "title": each.title, "start": f"{_PATH}/{each.name}/start"}
            for each in gate().office.settings.providers
        ]


@blueprint.route("/oidc/<string:provider>/start")
class Start(MethodView):
    """The way there."""

    @public
    @blueprint.arguments(StartQuery, location="query")
    @blueprint.response(302, description="To the organisation's page for signing in.")
    def get(self, query: dict[str, str], provider: str) -> Any:
        """Go and sign in with another organisation."""
        stand = gate()
        stand.rates.count("sign-in", address(), stand.office.settings.rates.sign_in)
        asked = _provider(stand, provider)
        wanted = query["next"] if _LOCAL.fullmatch(query["next"]) else "/"
        leaving = stand.office.foreign.depart(provider, wanted)
        try:
            url = asked.address(
                state=leaving.state,
                nonce=leaving.nonce,
                verifier=leaving.verifier,
                redirect_uri=_redirect_uri(stand, provider),
                now=stand.office.clock(),
            )
        except ProviderFailed as error:
            return _failed(error)
        response = redirect(url)
        response.set_cookie(
            _COOKIE,
            leaving.browser,
            max_age=SECONDS,
            httponly=True,
            secure=is_https(stand.settings),
            samesite="Lax",
            path=_PATH,
        )
        return response


@blueprint.route("/oidc/<string:provider>/callback")
class Callback(MethodView):
    """The way back."""

    @public
    @blueprint.arguments(CallbackQuery, location="query")
    @blueprint.response(
        302,
        description="Signed in, to the page wanted; else to the sign-in page, with `error` saying why not.",
    )
    def get(self, query: dict[str, str], provider: str) -> Any:
        """Come back from another organisation and be signed in."""
        stand = gate()
        asked = _provider(stand, provider)
        try:
            kept = stand.office.foreign.come_back(provider, query["state"], request.cookies.get(_COOKIE, ""))
            if kept is None or query["error"] or not query["code"]:
                raise ProviderFailed(query["error"][:80] or "no such sign-in is under way")
            response = _enter(stand, asked, query["code"], kept)
        except (ProviderFailed, HttpRefusal) as error:
            response = _failed(error)
        response.delete_cookie(_COOKIE, path=_PATH)
        return response


def _enter(stand: Gate, asked: Provider, code: str, kept: Return) -> Any:
    settings, office = asked.settings, stand.office
    claims = asked.claims(
        code,
        nonce=kept.nonce,
        verifier=kept.verifier,
        redirect_uri=_redirect_uri(stand, settings.name),
        now=office.clock(),
    )
    subject = str(claims["sub"])
    with answered():
        account, linked = office.signing_in.with_identity(
            settings.issuer, subject, origin(), login=login_of(settings, claims)
        )
        if not linked and office.register.has_identity(account.id, settings.issuer):
            # The name was given to somebody else there: the account belongs to who it was linked to.
            raise SignInRefused
    if not linked and settings.create_links:
        office.register.link_identity(account.id, settings.issuer, subject, origin())
    former = cookies.session_secret(request, stand.settings)
    signed = office.signing_in.begin(account, origin(), f"oidc {settings.name}", replacing=former)
    longest = office.settings.sessions.longest
    return cookies.keep(_to(kept.return_to), signed.secret, stand.settings, longest=longest)


def _failed(error: BihuanError) -> Any:
    if isinstance(error, ProviderFailed):
        _LOG.warning("signing in elsewhere failed: %s", error.why)
    code = Unauthenticated.default_code if not error.code else error.code
    return _to(f"{_SIGN_IN_PAGE}?error={quote(code)}")


def _to(path: str) -> Response:
    response = Response(status=302)
    response.headers["Location"] = path
    return response


def _redirect_uri(stand: Gate, provider: str) -> str:
    base = stand.settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    return f"{base}{_PATH}/{provider}/callback"


def _provider(stand: Gate, name: str) -> Provider:
    found = stand.providers.get(name)
    if found is None:
        raise NotFound(message_zh="没有配置这个机构", message_en="there is no such organisation")
    return found
