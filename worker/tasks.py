"""What RQ calls: each takes ids and does what is still to be done about them.

Doing a thing twice does nothing the second time, so a batch may come again at any time. While the database is
away a batch waits for it; what is left of a batch that fails is found again by the scheduler.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa

from engine import canonical
from engine.cases.erasure import ERASE
from engine.errors import Conflict, NotFound, Refusal
from engine.history.destruction import Destructions
from engine.history.signing import SigningKey
from engine.history.tree import ProofTree
from engine.inbox import prune
from engine.reports import issue_due
from engine.retention import clear
from engine.store.failures import will_pass
from worker.connectors.work import Refused, Work
from worker.office import office
from worker.scheduler import CONNECTORS
from worker.turns import Turn

T = TypeVar("T")
FOLLOWED: Final = 3_600 * 1_000_000
"""Microseconds for which changes of inboxes are kept for those who show them live; they look back half a minute."""
PATIENCE: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0)
"""Seconds between attempts while the database is away."""

_LOG = logging.getLogger(__name__)


def fire_timers(cases: list[str]) -> int:
    """Fire the due timers of cases, in order within each; how many took effect."""
    due = office().engine.due
    return _steady(partial(due.fire_cases, [UUID(text) for text in cases]))


def send_outbox(rows: list[tuple[str, int, int]]) -> int:
    """Deliver rows of the outbox; how many left it."""
    outbox = office().engine.outbox
    return sum(_steady(partial(outbox.send, UUID(text), seq, number)) for text, seq, number in rows)


def start_cases(_: list[str]) -> int:
    """Start the cases whose timed start is due; how many."""
    engine = office().engine
    return _steady(lambda: engine.due.start_cases(engine.clock()))


def deliver_messages(_: list[str]) -> int:
    """Match kept messages with who waits for them by now, and report those that expired; how many were delivered."""
    return _steady(office().engine.due.deliver_messages)


def move_clocks(_: list[str]) -> int:
    """Carry on with what moves running clocks: rules decided anew, corrected calendars; how many cases were seen."""
    changes = office().engine.clock_changes
    _steady(changes.notice_calendars)
    seen, turn = 0, Turn()
    while (more := _steady(changes.carry_out)) and not turn.over():
        seen += more
    return seen + more


def follow_logs(_: list[str]) -> int:
    """Bring the facts of open and new cases up to their logs; how many cases."""
    reports = office().reports
    return 0 if reports is None else _steady(partial(reports.rollup.sweep, pause=Turn().over))


def compare_logs(_: list[str]) -> int:
    """The same for all cases: those that were imported, or whose facts were made by other rules."""
    reports = office().reports
    return 0 if reports is None else _steady(partial(reports.rollup.sweep, whole=True, pause=Turn().over))


def prune_inbox_changes(_: list[str]) -> int:
    """Drop what those who show inboxes live have long seen; how many rows."""
    engine = office().engine
    return _steady(lambda: prune(engine.database, engine.clock() - FOLLOWED))


def issue_weeks(_: list[str]) -> int:
    """Issue the weekly reports that are due (周通报), where they are switched on; how many."""
    here = office()
    reports, directory = here.reports, here.engine.directory
    if reports is None or directory is None:
        return 0
    return len(_steady(lambda: issue_due(reports, directory.index, here.engine.clock())))


def call_for_interviews(_: list[str]) -> int:
    """Call heads of units that let three limits run out within a quarter; how many."""
    return len(_steady(office().engine.notices.interviews_due))


def clear_away(_: list[str]) -> dict[str, int]:
    """Remove what was kept long enough, drafts of gone tasks and files nobody attached; how many of each kind."""
    here = office()
    now = here.engine.clock()
    gone = _steady(lambda: clear(here.engine.database, here.retention, now))
    content = here.content
    if content is not None:
        gone["beside cases"] = _steady(lambda: content.sweep(now))
    _LOG.info("cleared away: %s", gone)
    return gone


def list_due_destructions(_: list[str]) -> int:
    """List the cases whose time is over; how many. Nothing is destroyed."""
    here = office()
    engine = here.engine
    return _steady(Destructions(engine.database, engine.keyring, engine.clock, here.keeping).list_due)


def sign_root(_: list[str]) -> int:
    """Add the heads of changed cases to the proof tree and sign its root; how many roots were signed.

    An embedded installation makes its key when nothing was signed yet; a server's is made by an operator.
    """
    here = office()
    tree = ProofTree(here.engine.database, here.engine.clock)
    path = here.signing
    if path is not None and not path.exists() and here.engine.database.dialect == "sqlite":
        _make_key(tree, path)
    if path is None or not path.exists():
        _LOG.warning("the proof tree is not signed: there is no signing key (bihuan proof create-key)")
        return 0
    key = SigningKey.read(path)
    signed = 0
    while (root := _steady(partial(tree.append, key))) is not None:
        _LOG.info("signed the root over %d leaves", root.size)
        signed += 1
    return signed


def _make_key(tree: ProofTree, path: Path) -> None:
    if _steady(tree.public_keys):
        return
    try:
        key = SigningKey.create(path)
    except Conflict:
        return
    _LOG.warning("made the signing key %s: %s; keep a copy of it apart from the database", key.id, path)


def do_jobs(rows: list[tuple[str, int]]) -> int:
    """Do jobs by their connectors and report what came of them; how many succeeded."""
    return sum(_do_job(UUID(text), job_id) for text, job_id in rows)


def _do_job(case_id: UUID, job_id: int) -> bool:
    here = office()
    jobs = here.engine.jobs
    job = _steady(lambda: jobs.get(case_id, job_id, CONNECTORS))
    connector = here.registry.jobs.get(job.type) if job is not None else None
    if job is None or (connector is None and job.type != ERASE):
        return False
    try:
        result: Mapping[str, Any] = {}
        if connector is None:
            here.engine.erasure.erase(case_id, actor=CONNECTORS, ground=f"job {job.job_id}")
        else:
            work = Work(key=job.key, values=canonical.from_wire(dict(job.variables)), headers=job.headers)
            result = connector.do(work)
    except Exception as error:  # noqa: BLE001 - whatever a connector meets is the job's failure, not the worker's
        _LOG.warning("job %s of type %s failed: %s", job.key, job.type, error)
        left = 0 if isinstance(error, Refused) else None
        said = str(error) or type(error).__name__
        _report(lambda: jobs.fail(case_id, job_id, said, worker=CONNECTORS, retries=left))
        return False
    return _report(lambda: jobs.complete(case_id, job_id, result, worker=CONNECTORS))


def _report(report: Callable[[], object]) -> bool:
    try:
        _steady(report)
    except (NotFound, Conflict, Refusal) as error:
        # The job is gone, somebody else has it by now, or the case stands still: it is found again if need be.
        _LOG.info("a report came too late: %s", error.code)
        return False
    return True


def _steady(work: Callable[[], T]) -> T:
    """Do it, waiting while the database is away. Raises when it is away for too long."""
    for pause in PATIENCE:
        try:
            return work()
        except sa.exc.DBAPIError as error:
            if not will_pass(error):
                raise
            _LOG.warning("the database is away or busy: %s", type(error.orig or error).__name__)
            time.sleep(pause)
    return work()
