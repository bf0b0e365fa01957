"""Connectors reach allowed hosts alone, sign what they send, and tell what may work later from what never will."""

from __future__ import annotations

import ipaddress
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from engine import Config, Engine, ManualClock
from engine.cases.erasure import ERASE
from engine.errors import InvalidInput
from engine.vault import Erased
from tests.support.bpmn import diagram, end, service, start
from worker import tasks
from worker.connectors import Failed, Refused, Work
from worker.connectors.http import Webhook, Wire, signature
from worker.connectors.registry import Registry
from worker.connectors.talk import DingTalk, Sms, WeCom
from worker.office import settle
from worker.scheduler import CONNECTORS

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
WORK = Work(key="case/job/1", values={"text": "您有新任务", "phone": "13800000000"})


class Recorder(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers as told."""

    seen: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []
    status: ClassVar[int] = 200
    answer: ClassVar[bytes] = b'{"errcode": 0}'

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """A recording server on loopback; its address."""
    Recorder.seen, Recorder.status, Recorder.answer = [], 200, b'{"errcode": 0}'
    running = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://hooks.test:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def wire(**settings: Any) -> Wire:
    return Wire(
        **{"hosts": ("hooks.test",), "networks": LOOPBACK, "resolve": lambda *_: ["127.0.0.1"], **settings}
    )


def test_a_webhook_is_signed_over_id_time_and_body(server: str) -> None:
    hook = Webhook(wire=wire(), url=f"{server}/in?a=1", secret="geheim", clock=lambda: 1_700_000_000.9)
    assert hook.do(WORK)["response"]["status"] == 200
    path, headers, body = Recorder.seen[0]
    assert path == "/in?a=1"
    assert headers["idempotency-key"] == headers["bihuan-id"] == "case/job/1"
    assert headers["bihuan-signature"] == "v1=" + signature("geheim", "case/job/1", "1700000000", body)
    assert json.loads(body)["values"]["text"] == "您有新任务"
    assert headers["host"].startswith("hooks.test:")


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.test/", "ftp://hooks.test/", "http://user@hooks.test/", "http://hooks.test.evil/", "file:///etc",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_not_reached(server: str, url: str) -> None:
    with pytest.raises(Refused):
        wire().post(url, b"", {})
    assert Recorder.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
    ],
)
def test_private_addresses_are_refused_unless_listed(server: str, address: str) -> None:
    with pytest.raises(Refused, match="no public address"):
        wire(networks=(), resolve=lambda *_: [address]).post(server, b"", {})


def test_one_private_address_among_public_ones_is_enough_to_refuse(server: str) -> None:
    with pytest.raises(Refused):
        wire(networks=(), resolve=lambda *_: ["8.8.8.8", "127.0.0.1"]).post(server, b"", {})


def test_redirects_are_not_followed_and_refusals_are_not_tried_again(server: str) -> None:
    for status in (302, 400, 404):
        Recorder.status = status
        with pytest.raises(Refused):
            wire().post(server, b"", {})
    assert len(Recorder.seen) == 3


def test_an_overloaded_or_absent_server_may_work_later(server: str) -> None:
    Recorder.status = 503
    with pytest.raises(Failed):
        wire().post(server, b"", {})
    with pytest.raises(Failed):
        wire().post("http://hooks.test:1/", b"", {})


def test_robots_and_sms_speak_their_dialects(server: str) -> None:
    WeCom(wire=wire(), url=f"{server}/wecom").do(WORK)
    DingTalk(wire=wire(), url=f"{server}/ding?access_token=t", secret="s", clock=lambda: 1.0).do(WORK)
    template = {"to": ["{phone}"], "body": "{text}", "ref": "{key}"}
    Sms(wire=wire(), url=f"{server}/sms", template=template, headers={"Authorization": "x"}).do(WORK)
    wecom, ding, sms = Recorder.seen
    assert json.loads(wecom[2])["text"]["content"] == "您有新任务"
    assert ding[0].startswith("/ding?access_token=t&timestamp=1000&sign=")
    assert json.loads(sms[2]) == {"to": ["13800000000"], "body": "您有新任务", "ref": "case/job/1"}


def test_a_robot_that_says_too_often_is_asked_again_later_one_that_says_no_is_not(server: str) -> None:
    Recorder.answer = b'{"errcode": 45009}'
    with pytest.raises(Failed):
        WeCom(wire=wire(), url=server).do(WORK)
    Recorder.answer = b'{"errcode": 93000}'
    with pytest.raises(Refused):
        WeCom(wire=wire(), url=server).do(WORK)


CONFIG = """
notices = "team"
[http]
hosts = ["hooks.test"]
networks = ["127.0.0.0/8"]
[connectors.team]
kind = "wecom"
url = "https://hooks.test/robot"
[connectors.court]
kind = "webhook"
url = "https://hooks.test/court"
secret_env = "COURT_SECRET"
[jobs]
notify-court = "court"
"""


def test_the_file_says_which_connector_does_which_job() -> None:
    registry = Registry.read(CONFIG, {"COURT_SECRET": "s"})
    assert isinstance(registry.jobs["notify-court"], Webhook)
    assert list(registry.senders("Asia/Shanghai")) == ["notice"]


def test_notices_leave_in_words() -> None:
    sent: list[Work] = []

    class Kept:
        def do(self, work: Work) -> dict[str, Any]:
            sent.append(work)
            return {}

    senders = Registry({}, Kept()).senders("Asia/Shanghai")
    facts = {"limit": "whistle.arrive", "due": 1_764_568_800_000_000, "element": "check_in"}
    senders["notice"]("n", {"kind": "supervise.order", "to": "group:a", "facts": facts})
    assert sent[0].values["subject"] == "督办单"
    assert sent[0].values["text"] == "督办单：whistle.arrive，2025-12-01 14:00 到期"


@pytest.mark.parametrize(
    "text", ["[", '[connectors.a]\nkind = "b"', '[jobs]\na = "b"', '[http]\nnetworks = ["x"]', CONFIG]
)
def test_a_wrong_file_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InvalidInput):
        Registry.read(text, {})


class Scripted:
    """A connector that fails as told, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.keys: list[str] = []

    def do(self, work: Work) -> dict[str, Any]:
        self.keys.append(work.key)
        if self.failures:
            raise self.failures.pop(0)
        return {"answer": 42}


NOON = 1_700_000_000_000_000


def run_jobs(engine: Engine, clock: ManualClock) -> None:
    clock.advance(600_000_000)
    locked = engine.jobs.lock(CONNECTORS, ["call"], lock=60_000_000)
    tasks.do_jobs([(str(case), job) for case, job in locked])


def test_a_job_that_fails_is_tried_again_with_the_same_key() -> None:
    clock = ManualClock(NOON)
    with Engine.open("sqlite://", clock=clock, config=Config()) as engine:
        connector = Scripted(Failed("away"), ValueError("odd"))
        settle(engine, Registry({"call": connector}))
        engine.deploy(
            {"p.bpmn": diagram(start("s"), service("j", "call"), end("e"), "s -> j -> e")}, actor="d"
        )
        case = engine.start("p", actor="a").case_id
        for _ in range(3):
            run_jobs(engine, clock)
        assert engine.case(case).status == "completed"
        assert len(connector.keys) == 3
        assert len(set(connector.keys)) == 1
        assert engine.variables(case)["answer"] == 42


def test_a_job_that_is_refused_becomes_an_incident_at_once() -> None:
    clock = ManualClock(NOON)
    with Engine.open("sqlite://", clock=clock, config=Config()) as engine:
        settle(engine, Registry({"call": Scripted(Refused("no such host"))}))
        engine.deploy(
            {"p.bpmn": diagram(start("s"), service("j", "call"), end("e"), "s -> j -> e")}, actor="d"
        )
        case = engine.start("p", actor="a").case_id
        run_jobs(engine, clock)
        (incident,) = engine.queries.state(case).root.incidents.values()
        assert "no such host" in incident.message_en
        engine.retry(case, incident.id, actor="admin")
        run_jobs(engine, clock)
        assert engine.case(case).status == "completed"


def test_a_case_that_asks_for_it_is_erased_without_a_connector() -> None:
    clock = ManualClock(NOON)
    with Engine.open("sqlite://", clock=clock, config=Config()) as engine:
        settle(engine, Registry({}))
        engine.deploy(
            {"p.bpmn": diagram(start("s"), service("j", ERASE), end("e"), "s -> j -> e")}, actor="d"
        )
        asked = [engine.start("p", actor="a").case_id for _ in range(2)]
        kept = engine.start("p", actor="a").case_id
        clock.advance(600_000_000)
        locked = engine.jobs.lock(CONNECTORS, [ERASE])
        tasks.do_jobs([(str(case), job) for case, job in locked if case in asked])
        for case in asked:
            assert engine.case(case).status == "completed"
            with pytest.raises(Erased):
                engine.vault.seal(case, 1, None, "text")
            line = engine.erasure.of(case)
            assert line is not None
            assert (line.erased_at, line.actor) == (NOON + 600_000_000, CONNECTORS)
            assert line.ground in {f"job {job}" for of, job in locked if of == case}
        engine.vault.seal(kept, 1, None, "text")
        assert engine.erasure.of(kept) is None
