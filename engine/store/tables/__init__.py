"""The tables. Times are microseconds since 1970 UTC, digests 32 bytes, ids within a case whole numbers.

Tables of running cases have no foreign keys to `cases`: each row is written in the transaction that holds the
case's lock, and a reference would cost a second look-up for every row.
"""

from engine.store.tables.accounts import (
    account_identities,
    accounts,
    security_events,
    sessions,
    sign_in_failures,
    sign_in_requests,
    tokens,
)
from engine.store.tables.append_only import APPEND_ONLY
from engine.store.tables.cases import cases, events, idempotency_keys, scopes, vault_entries
from engine.store.tables.clock_changes import clock_changes
from engine.store.tables.content import (
    access_log,
    case_attachments,
    case_comments,
    case_links,
    document_numbers,
    saved_views,
    task_drafts,
    unmask_grants,
)
from engine.store.tables.definitions import (
    definition_resources,
    definitions,
    deployments,
    resources,
    start_subscriptions,
    start_timers,
)
from engine.store.tables.deliveries import leases, notices, stuck_work
from engine.store.tables.destructions import destructions, due_destructions, erasures, legal_holds
from engine.store.tables.directory import (
    case_parties_units,
    case_people,
    case_places,
    directory_changes,
    memberships,
    people,
    substitutions,
    units,
)
from engine.store.tables.duplicates import case_blind_index
from engine.store.tables.inbox import UNGRADED, case_headers, done_tasks, inbox_changes
from engine.store.tables.jobs import incidents, jobs, outbox
from engine.store.tables.metadata import METADATA, NEVER
from engine.store.tables.proofs import (
    proof_keys,
    proof_leaves,
    proof_nodes,
    proof_roots,
    tombstones,
    unproved_events,
)
from engine.store.tables.proposals import config_changes, submission_files, submissions
from engine.store.tables.reports import (
    case_episodes,
    case_facts,
    case_heat,
    interviews_called,
    issued_weeks,
    rollups,
)
from engine.store.tables.waits import messages, subscriptions, timers
from engine.store.tables.work import task_candidates, tasks

__all__ = [
    "APPEND_ONLY",
    "METADATA",
    "NEVER",
    "UNGRADED",
    "access_log",
    "account_identities",
    "accounts",
    "case_attachments",
    "case_blind_index",
    "case_comments",
    "case_episodes",
    "case_facts",
    "case_headers",
    "case_heat",
    "case_links",
    "case_parties_units",
    "case_people",
    "case_places",
    "cases",
    "clock_changes",
    "config_changes",
    "definition_resources",
    "definitions",
    "deployments",
    "destructions",
    "directory_changes",
    "document_numbers",
    "done_tasks",
    "due_destructions",
    "erasures",
    "events",
    "idempotency_keys",
    "inbox_changes",
    "incidents",
    "interviews_called",
    "issued_weeks",
    "jobs",
    "leases",
    "legal_holds",
    "memberships",
    "messages",
    "notices",
    "outbox",
    "people",
    "proof_keys",
    "proof_leaves",
    "proof_nodes",
    "proof_roots",
    "resources",
    "rollups",
    "saved_views",
    "scopes",
    "security_events",
    "sessions",
    "sign_in_failures",
    "sign_in_requests",
    "start_subscriptions",
    "start_timers",
    "stuck_work",
    "submission_files",
    "submissions",
    "subscriptions",
    "substitutions",
    "task_candidates",
    "task_drafts",
    "tasks",
    "timers",
    "tokens",
    "tombstones",
    "units",
    "unmask_grants",
    "unproved_events",
    "vault_entries",
]
