"""The statements by which due work is found, taken, put off and locked."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from engine.store import Statement, delete, update, upsert
from engine.store.tables import cases, jobs, messages, notices, outbox, stuck_work, timers

_CASE: Final = sa.bindparam("case_id", type_=sa.Uuid)
_UNTIL: Final = sa.bindparam("until", type_=sa.BigInteger)
_LANE: Final = sa.bindparam("lane", type_=sa.Integer)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)

due_timers: Final = Statement(
    sa.select(timers.c.sweep_at, timers.c.case_id, timers.c.timer_id)
    .where(timers.c.lane == _LANE, timers.c.sweep_at <= _UNTIL)
    .order_by(timers.c.sweep_at, timers.c.case_id, timers.c.timer_id)
    .limit(_LIMIT)
)
timers_of_case: Final = Statement(
    sa.select(timers.c.due_at, timers.c.timer_id)
    .where(timers.c.case_id == _CASE, timers.c.due_at <= _UNTIL)
    .order_by(timers.c.due_at, timers.c.timer_id)
    .limit(_LIMIT)
)
# Rows are chosen in a common table expression, which is evaluated once: as a plain subquery with FOR UPDATE SKIP
# LOCKED, PostgreSQL may evaluate it for each row anew, and each time find others than those locked before.
_DUE: Final = (
    sa.select(timers.c.case_id, timers.c.timer_id)
    .where(timers.c.lane == _LANE, timers.c.sweep_at <= _UNTIL)
    .order_by(timers.c.sweep_at, timers.c.case_id, timers.c.timer_id)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
    .cte("taken")
)
take_timers: Final = Statement(
    timers.update()
    .where(sa.tuple_(timers.c.case_id, timers.c.timer_id).in_(sa.select(_DUE)))
    .values(sweep_at=sa.bindparam("held", type_=sa.BigInteger))
    .returning(timers.c.case_id, timers.c.timer_id)
)
put_timers_aside: Final = Statement(
    timers.update()
    .where(
        timers.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid),
        timers.c.due_at < sa.bindparam("later", type_=sa.BigInteger),
    )
    .values(sweep_at=sa.bindparam("later", type_=sa.BigInteger))
)
sweep_timers_again: Final = Statement(
    timers.update()
    .where(timers.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid))
    .values(sweep_at=timers.c.due_at)
)
sweep_timers_when_due: Final = Statement(
    timers.update()
    .where(
        timers.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid), timers.c.sweep_at < timers.c.due_at
    )
    .values(sweep_at=timers.c.due_at)
)
release_timers: Final = Statement(
    timers.update()
    .where(timers.c.lane == _LANE, timers.c.sweep_at > timers.c.due_at, timers.c.sweep_at <= _UNTIL)
    .values(sweep_at=timers.c.due_at)
)

due_outbox: Final = Statement(
    sa.select(outbox.c.due_at, outbox.c.case_id, outbox.c.seq, outbox.c.n)
    .where(outbox.c.lane == _LANE, outbox.c.due_at <= _UNTIL)
    .order_by(outbox.c.due_at, outbox.c.case_id, outbox.c.seq, outbox.c.n)
    .limit(_LIMIT)
)
_LEAVING: Final = (
    sa.select(outbox.c.case_id, outbox.c.seq, outbox.c.n)
    .where(outbox.c.lane == _LANE, outbox.c.due_at <= _UNTIL)
    .order_by(outbox.c.due_at, outbox.c.case_id, outbox.c.seq, outbox.c.n)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
    .cte("taken")
)
take_outbox: Final = Statement(
    outbox.update()
    .where(sa.tuple_(outbox.c.case_id, outbox.c.seq, outbox.c.n).in_(sa.select(_LEAVING)))
    .values(due_at=sa.bindparam("held", type_=sa.BigInteger))
    .returning(outbox.c.case_id, outbox.c.seq, outbox.c.n)
)
read_outbox: Final = Statement(
    sa.select(outbox.c.kind, outbox.c.payload, outbox.c.attempts, cases.c.provenance, cases.c.effective_at)
    .join(cases, cases.c.case_id == outbox.c.case_id)
    .where(
        outbox.c.case_id == _CASE,
        outbox.c.seq == sa.bindparam("seq", type_=sa.Integer),
        outbox.c.n == sa.bindparam("n", type_=sa.Integer),
    )
)
put_outbox_off: Final = update(outbox, "due_at", "attempts", "last_error")

_FETCHABLE: Final = (
    sa.select(jobs.c.case_id, jobs.c.job_id)
    .join(cases, cases.c.case_id == jobs.c.case_id)
    .where(
        jobs.c.type == sa.bindparam("type"),
        jobs.c.lane == _LANE,
        jobs.c.due_at <= _UNTIL,
        cases.c.status == "active",
    )
    .order_by(jobs.c.due_at, jobs.c.case_id, jobs.c.job_id)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True, of=jobs)
    .cte("taken")
)
lock_jobs: Final = Statement(
    jobs.update()
    .where(sa.tuple_(jobs.c.case_id, jobs.c.job_id).in_(sa.select(_FETCHABLE)))
    .values(
        status="locked",
        worker=sa.bindparam("holder"),
        locked_until=sa.bindparam("held", type_=sa.BigInteger),
        due_at=sa.bindparam("held", type_=sa.BigInteger),
    )
    .returning(jobs.c.case_id, jobs.c.job_id)
)
read_lock: Final = Statement(
    sa.select(jobs.c.worker, jobs.c.locked_until, jobs.c.status).where(
        jobs.c.case_id == _CASE, jobs.c.job_id == sa.bindparam("job_id", type_=sa.Integer)
    )
)
extend_lock: Final = Statement(
    jobs.update()
    .where(
        jobs.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid),
        jobs.c.job_id == sa.bindparam("key_job_id", type_=sa.Integer),
        jobs.c.worker == sa.bindparam("holder"),
        jobs.c.status == "locked",
        jobs.c.locked_until > sa.bindparam("now", type_=sa.BigInteger),
    )
    .values(
        locked_until=sa.bindparam("held", type_=sa.BigInteger),
        due_at=sa.bindparam("held", type_=sa.BigInteger),
    )
)
put_job_off: Final = Statement(
    jobs.update()
    .where(
        jobs.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid),
        jobs.c.job_id == sa.bindparam("key_job_id", type_=sa.Integer),
        jobs.c.status == "ready",
    )
    .values(due_at=sa.bindparam("later", type_=sa.BigInteger))
)

read_stuck: Final = Statement(
    sa.select(stuck_work.c.attempts, stuck_work.c.first_at, stuck_work.c.retry_at).where(
        stuck_work.c.case_id == _CASE, stuck_work.c.work == sa.bindparam("work")
    )
)
read_timer: Final = Statement(
    sa.select(timers.c.due_at).where(
        timers.c.case_id == _CASE, timers.c.timer_id == sa.bindparam("timer_id", type_=sa.Integer)
    )
)
sweep_timer_later: Final = update(timers, "sweep_at")
put_notice: Final = upsert(notices)
put_stuck: Final = upsert(stuck_work)
delete_stuck: Final = delete(stuck_work)
read_standing: Final = Statement(
    sa.select(cases.c.status, cases.c.provenance, cases.c.effective_at).where(cases.c.case_id == _CASE)
)

expired_messages: Final = Statement(
    sa.select(messages.c.message_id, messages.c.name, messages.c.correlation_key)
    .where(messages.c.expires_at <= sa.bindparam("now", type_=sa.BigInteger))
    .order_by(messages.c.expires_at)
    .limit(_LIMIT)
)
