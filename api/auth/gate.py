"""The gate every request passes: who calls, at which rate, sent by our own page, and allowed what the endpoint asks."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, current_app, g, request

from api.auth import cookies
from api.auth.access import Access, access_of
from api.auth.authentication import Arrival, Authentication
from api.auth.caller import Caller
from api.auth.oidc import Provider
from api.auth.refusals import Forbidden, Unauthenticated
from api.security import forgery
from api.security.rates import Rates
from api.service import service
from engine.accounts.office import Office
from engine.accounts.security_log import Origin

EXTENSION: Final = "bihuan.gate"
BEHALF: Final = "Bihuan-On-Behalf-Of"
BLUEPRINT: Final = "auth"
"""The endpoints that somebody may use who must change the password first."""
API: Final = "/api/"
_BEARER: Final = "bearer "


class Gate:
    """Stands before the views of one application."""

    def __init__(self, app: Flask, office: Office) -> None:
        self.office = office
        self.authentication = Authentication(office)
        settings = service(app).settings
        self.settings = settings
        self.rates = Rates(settings.redis)
        self.providers = {each.name: Provider(each) for each in office.settings.providers}

    def admit(self) -> None:
        """Let the request at hand in. Raises an HttpRefusal."""
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None:
            return
        access = access_of(view, request.method)
        if access is None and request.method == "OPTIONS":
            return
        if access is not None and access.public and not request.path.startswith(API):
            # The files of the web app are the same for everybody: who asks is not looked up and not counted.
            return
        rates = self.office.settings.rates
        self.rates.count("address", address(), rates.address)
        forgery.check_origin(request, self.settings.public_url)
        arrival = self._arrival(access)
        if arrival is not None:
            self.rates.count("caller", arrival.caller.account, rates.caller)
            g.bihuan_caller = arrival.caller
            g.bihuan_arrival = arrival
        self._check(access, arrival)
        if arrival is not None and not (access and access.public):
            g.bihuan_caller = self._acting(arrival.caller)

    def _arrival(self, access: Access | None) -> Arrival | None:
        header = request.headers.get("Authorization", "")
        if header[: len(_BEARER)].lower() == _BEARER:
            # A token is never a cookie's company: whoever sends one is no browser that could be led astray.
            return self.authentication.of_token(header[len(_BEARER) :].strip())
        secret = cookies.session_secret(request, self.settings)
        if secret is None:
            return None
        arrival = self.authentication.of_session(secret)
        if arrival is not None:
            # Whoever signs in anew need not have the token of the session before.
            if access is None or not access.public:
                forgery.check_token(request, secret)
            g.bihuan_secret = secret
        return arrival

    def _check(self, access: Access | None, arrival: Arrival | None) -> None:
        if access is not None and access.public:
            return
        if arrival is None:
            raise Unauthenticated.missing()
        if access is None:
            raise Forbidden.without(request.endpoint or "")
        if arrival.must_change_password and request.blueprint != BLUEPRINT:
            raise Forbidden(
                code="auth.must_change_password",
                message_zh="请先修改一次性密码",
                message_en="change the one-time password first",
            )
        for scope in sorted(access.scopes - arrival.caller.scopes):
            raise Forbidden.without(scope)

    def _acting(self, caller: Caller) -> Caller:
        absent = request.headers.get(BEHALF, "").strip()
        return self.authentication.acting_for(caller, absent) if absent else caller


def gate(app: Any = None) -> Gate:
    """The gate of an application, by default of the one that answers this request."""
    found: Gate = (app or current_app).extensions[EXTENSION]
    return found


def address() -> str:
    """The caller's address, as far as we or a trusted proxy know."""
    return request.remote_addr or ""


def origin() -> Origin:
    """Where this request comes from, for the security log."""
    caller = g.get("bihuan_caller")
    return Origin(
        address=address(),
        agent=request.headers.get("User-Agent", ""),
        actor="" if caller is None else caller.login,
    )
