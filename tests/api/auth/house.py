"""A small application for tests of signing in: the real gate and endpoints, before a few views of the tests' own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, jsonify
from flask.testing import FlaskClient
from flask.views import MethodView
from werkzeug.test import TestResponse

from api import problems, spec
from api.auth import application, current, public, requires
from api.auth.gate import EXTENSION, Gate
from api.auth.oidc import Provider
from api.blueprint import Blueprint
from api.security.rates import Rates
from api.service import EXTENSION as SERVICE
from api.service import Service
from engine import ManualClock
from engine.accounts.office import Office
from engine.accounts.security_log import Origin
from engine.directory import Directory
from engine.facade import Config, Engine
from engine.settings import ServiceSettings
from engine.store import tables
from tests.unit.directory.office import NOW, STAFF, UNITS, VOCABULARY, away

SECOND = 1_000_000
PASSWORD = "an evening by the lake 9"
CLI = Origin(actor="cli:test")
CHEAP = "[passwords]\niterations = 1\nmemory_kib = 64\nlanes = 1\n"
TABLES = (
    tables.accounts,
    tables.account_identities,
    tables.sessions,
    tables.tokens,
    tables.sign_in_failures,
    tables.sign_in_requests,
    tables.security_events,
)
HOSTS = ("localhost",)


@dataclass
class House:
    """An application, what it stands on, and its clock."""

    app: Flask
    engine: Engine
    office: Office
    clock: ManualClock

    def empty(self) -> House:
        """The same house without accounts and with nothing counted, for the next test."""
        with self.engine.database.transaction() as tx:
            for table in TABLES:
                tx.execute(table.delete())
        self.clock.now = NOW
        gate = gate_of(self)
        gate.rates = Rates()
        gate.providers = {each.name: Provider(each) for each in self.office.settings.providers}
        return self

    def browser(self) -> Browser:
        """A browser without any cookie."""
        return Browser(self.app.test_client())

    def account(self, login: str, *, person: str | None = None, roles: tuple[str, ...] = ()) -> str:
        """Open an account with the password of the tests; its id."""
        opened = self.office.register.open(login, CLI, person=person, roles=roles, password=PASSWORD)
        return opened.account.id

    def signed_in(self, login: str, *, person: str | None = None, roles: tuple[str, ...] = ()) -> Browser:
        """A browser in which somebody new is signed in."""
        self.account(login, person=person, roles=roles)
        browser = self.browser()
        assert browser.sign_in(login).status_code == 200
        return browser

    def kinds(self) -> list[tuple[str, str]]:
        """Kind and detail of each line of the security log, the oldest first."""
        return [(event.kind, event.detail) for event in reversed(self.office.log.read())]


@dataclass
class Browser:
    """Keeps cookies and sends the token against forgery, as the web app does."""

    client: FlaskClient
    csrf: str | None = None

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        answer = self.send("POST", "/api/v1/auth/login", json={"login": login, "password": password})
        return self._remember(answer)

    def change_password(self, old: str, new: str) -> TestResponse:
        given = {"old_password": old, "new_password": new}
        return self._remember(self.send("POST", "/api/v1/auth/password", json=given))

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, headers=headers)

    def send(
        self, method: str, path: str, *, json: Any = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        sent = dict(headers or {})
        if self.csrf is not None:
            sent.setdefault("X-CSRF-Token", self.csrf)
        return self.client.open(path, method=method, json=json, headers=sent)

    def _remember(self, answer: TestResponse) -> TestResponse:
        if answer.status_code == 200 and answer.json:
            self.csrf = answer.json["csrf_token"]
        return answer


def build(folder: Path, url: str = "sqlite://", *, accounts: str = CHEAP, **settings: Any) -> House:
    """An application on an empty database with a small county's directory. accounts: its `accounts.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy("config/permissions.toml", folder)
    (folder / "accounts.toml").write_text(accounts, "utf-8")
    clock = ManualClock(NOW)
    engine = Engine.open(url, clock=clock, config=Config(keyring="sqlite://"))
    directory = engine.directory = Directory(engine.database, VOCABULARY)
    staff = (*UNITS, *STAFF, away("qian", "wang"))
    directory.change(*staff, actor="root", recorded_at=NOW, reason="set up")
    app = Flask("house", static_folder=None)
    settings = {"allowed_hosts": HOSTS, **settings}
    app.extensions[SERVICE] = Service(
        engine=engine,
        directory=directory,
        settings=ServiceSettings(config=str(folder), **settings),
    )
    problems.install(app)
    office = application.install(app)
    api = spec.install(app)
    for blueprint in (*application.BLUEPRINTS, _views()):
        api.register_blueprint(blueprint)
    application.open_up(app)
    return House(app, engine, office, clock)


def gate_of(house: House) -> Gate:
    found: Gate = house.app.extensions[EXTENSION]
    return found


def _views() -> Blueprint:
    views = Blueprint("views", __name__, description="Views of the tests.", url_prefix="/api/v1/tests")

    @views.route("/work")
    class Work(MethodView):
        @requires("tasks:act")
        @views.response(200)
        def get(self) -> Any:
            return jsonify(actor=current().actor, behalf=current().on_behalf_of)

        @views.response(200)
        @requires("tasks:act")
        def post(self) -> Any:
            return jsonify(actor=current().actor)

    @views.route("/jobs")
    class Jobs(MethodView):
        @requires("jobs:work")
        def post(self) -> Any:
            return jsonify(actor=current().actor, kind=current().kind, roles=dict(current().roles))

    @views.route("/open")
    class Open(MethodView):
        @public
        def get(self) -> Any:
            return jsonify(open=True)

    @views.route("/silent")
    class Silent(MethodView):
        def get(self) -> Any:
            return jsonify(secret=True)

    return views
