"""Every statement of the case tables that the hot path uses, by what it is for."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from engine.store import Statement, delete, insert, update, upsert
from engine.store.tables import (
    case_blind_index,
    cases,
    events,
    idempotency_keys,
    incidents,
    jobs,
    messages,
    outbox,
    scopes,
    start_subscriptions,
    subscriptions,
    task_candidates,
    tasks,
    timers,
    vault_entries,
)

_CASE: Final = sa.bindparam("case_id", type_=sa.Uuid)

HEAD_COLUMNS: Final = (
    cases.c.definition,
    cases.c.status,
    cases.c.provenance,
    cases.c.behaviour,
    cases.c.effective_at,
    cases.c.seq,
    cases.c.head,
    cases.c.state_hash,
)

lock_case: Final = Statement(sa.select(*HEAD_COLUMNS).where(cases.c.case_id == _CASE).with_for_update())
read_case: Final = Statement(sa.select(*HEAD_COLUMNS).where(cases.c.case_id == _CASE))
read_state: Final = Statement(sa.select(cases.c.state).where(cases.c.case_id == _CASE))
read_scopes: Final = Statement(
    sa.select(scopes.c.scope_id, scopes.c.content)
    .where(scopes.c.case_id == _CASE)
    .order_by(scopes.c.scope_id)
)

insert_case: Final = insert(cases)
insert_event: Final = insert(events)
update_case: Final = Statement(
    cases.update()
    .where(cases.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid))
    .values(
        {
            name: sa.bindparam(name)
            for name in ("status", "ended_at", "effective_at", "seq", "head", "state_hash", "state")
        }
    )
)
touch_case: Final = Statement(
    cases.update()
    .where(cases.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid))
    .values({name: sa.bindparam(name) for name in ("seq", "head", "effective_at")})
)

read_events: Final = Statement(
    sa.select(
        events.c.seq,
        events.c.recorded_at,
        events.c.effective_at,
        events.c.kind,
        events.c.actor,
        events.c.on_behalf_of,
        events.c.content,
        events.c.hash,
    )
    .where(events.c.case_id == _CASE, events.c.seq > sa.bindparam("after", type_=sa.Integer))
    .order_by(events.c.seq)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)

put_scope: Final = upsert(scopes)
drop_scope: Final = delete(scopes)

insert_task: Final = insert(tasks)
assign_task: Final = update(
    tasks, "status", "assignee", "due_at", "priority", "soon_at", "urged", "provisional"
)
insert_candidate: Final = insert(task_candidates)
FIRST: Final = "first_"
"""How the parameters of `insert_task_with_candidate` that belong to the candidate begin."""
insert_task_with_candidate: Final = Statement(
    task_candidates.insert()
    .inline()
    .values(
        {
            column.name: sa.bindparam(f"{FIRST}{column.name}", type_=column.type)
            for column in task_candidates.columns
        }
    )
    .add_cte(
        tasks.insert()
        .inline()
        .values({column.name: sa.bindparam(column.name, type_=column.type) for column in tasks.columns})
        .cte("opened")
    )
)
"""A task and one candidate of it at once, for PostgreSQL alone."""
_KEY_CASE: Final = sa.bindparam("key_case_id", type_=sa.Uuid)
_KEY_TASK: Final = sa.bindparam("key_task_id", type_=sa.Integer)
_DELETE_CANDIDATES: Final = task_candidates.delete().where(
    task_candidates.c.case_id == _KEY_CASE, task_candidates.c.task_id == _KEY_TASK
)
_DELETE_TASK: Final = tasks.delete().where(tasks.c.case_id == _KEY_CASE, tasks.c.task_id == _KEY_TASK)
delete_task: Final = Statement(_DELETE_TASK)
delete_candidates: Final = Statement(_DELETE_CANDIDATES)
delete_task_with_candidates: Final = Statement(_DELETE_CANDIDATES.add_cte(_DELETE_TASK.cte("gone")))
"""Both at once, for PostgreSQL alone: SQLite changes one table in a statement."""
free_candidates: Final = Statement(
    task_candidates.update()
    .where(
        task_candidates.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid),
        task_candidates.c.task_id == sa.bindparam("key_task_id", type_=sa.Integer),
    )
    .values(free=sa.bindparam("free"), priority=sa.bindparam("priority"))
)
insert_timer: Final = insert(timers)
delete_timer: Final = delete(timers)
insert_subscription: Final = insert(subscriptions)
delete_subscription: Final = delete(subscriptions)
insert_job: Final = insert(jobs)
change_job: Final = update(jobs, "status", "retries", "due_at", "worker", "locked_until")
delete_job: Final = delete(jobs)
insert_incident: Final = insert(incidents)
delete_incident: Final = delete(incidents)
insert_outbox: Final = insert(outbox)
delete_outbox: Final = delete(outbox)

read_key: Final = Statement(
    sa.select(idempotency_keys.c.case_id, idempotency_keys.c.seq, idempotency_keys.c.result).where(
        idempotency_keys.c.owner == sa.bindparam("owner"), idempotency_keys.c.key == sa.bindparam("key")
    )
)
insert_key: Final = insert(idempotency_keys)
insert_vault: Final = insert(vault_entries)
insert_mark: Final = upsert(case_blind_index)
read_vault: Final = Statement(
    sa.select(vault_entries.c.party, vault_entries.c.ciphertext, vault_entries.c.kind).where(
        vault_entries.c.case_id == _CASE,
        vault_entries.c.entry_id == sa.bindparam("entry_id", type_=sa.Integer),
    )
)

insert_message: Final = insert(messages)
read_message: Final = Statement(
    sa.select(messages.c.name, messages.c.correlation_key, messages.c.variables).where(
        messages.c.message_id == sa.bindparam("message_id")
    )
)
delete_message: Final = Statement(
    messages.delete().where(messages.c.message_id == sa.bindparam("message_id"))
)
_REACHED: Final = sa.or_(
    cases.c.status == "active", sa.and_(cases.c.status == "suspended", subscriptions.c.wakes == 1)
)
"""A case a message reaches: one that is not suspended, unless the message wakes it."""

waiting_for: Final = Statement(
    sa.select(subscriptions.c.case_id, subscriptions.c.subscription_id)
    .join(cases, cases.c.case_id == subscriptions.c.case_id)
    .where(
        subscriptions.c.kind == "message",
        subscriptions.c.name == sa.bindparam("name"),
        subscriptions.c.correlation_key == sa.bindparam("key"),
        _REACHED,
    )
    .order_by(subscriptions.c.case_id, subscriptions.c.subscription_id)
    .limit(1)
)
buffered_for: Final = Statement(
    sa.select(messages.c.message_id)
    .where(
        messages.c.name == sa.bindparam("name"),
        messages.c.correlation_key == sa.bindparam("key"),
        messages.c.expires_at > sa.bindparam("now", type_=sa.BigInteger),
    )
    .order_by(messages.c.received_at, messages.c.message_id)
    .limit(1)
)
matches: Final = Statement(
    sa.select(messages.c.message_id)
    .join(
        subscriptions,
        sa.and_(
            subscriptions.c.kind == "message",
            subscriptions.c.name == messages.c.name,
            subscriptions.c.correlation_key == messages.c.correlation_key,
        ),
    )
    .join(cases, cases.c.case_id == subscriptions.c.case_id)
    .where(_REACHED, messages.c.expires_at > sa.bindparam("now", type_=sa.BigInteger))
    .distinct()
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
signal_cases: Final = Statement(
    sa.select(subscriptions.c.case_id)
    .join(cases, cases.c.case_id == subscriptions.c.case_id)
    .where(
        subscriptions.c.kind == "signal",
        subscriptions.c.name == sa.bindparam("name"),
        cases.c.status == "active",
    )
    .distinct()
    .order_by(subscriptions.c.case_id)
)
starts_with: Final = Statement(
    sa.select(
        start_subscriptions.c.definition_key,
        start_subscriptions.c.element_id,
        start_subscriptions.c.definition,
    )
    .where(
        start_subscriptions.c.kind == sa.bindparam("kind"), start_subscriptions.c.name == sa.bindparam("name")
    )
    .order_by(start_subscriptions.c.definition_key, start_subscriptions.c.element_id)
)
