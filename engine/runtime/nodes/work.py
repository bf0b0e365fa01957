"""Activities somebody else finishes: user tasks, jobs, receive and send tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.model.definition import Setting
from engine.runtime import clocks, duties, triggers
from engine.runtime.failure import NodeFailure
from engine.runtime.moments import moment
from engine.runtime.nodes.activity import ActivitySpec
from engine.runtime.tree import TokenTask
from engine.runtime.variables import setting, text_setting
from engine.state import Job, Scope, Token, WorkItem

if TYPE_CHECKING:
    from engine.runtime.session import Session

DEFAULT_PRIORITY = 50
"""What a task without a priority has; 0 to 100, higher first."""


class UserTaskSpec(ActivitySpec):
    """A user task: a work item in somebody's inbox."""

    def __init__(self, wf_spec: Any, node: Any) -> None:
        super().__init__(wf_spec, node)
        self.manual = True

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """Who may take it, until when, how urgent."""
        work = self.node.work
        hint = (token.data or {}).get("hint") or {}
        extra = hint.get("extra")
        groups, gap = duties.candidates(session, scope, token, self.node)
        clock = clocks.start(session, scope, token, self.node)
        limit = None if clock is None else clock["at"]
        if clock is not None:
            extra = {**(extra or {}), "clock": clock}
        if work is None:
            return (hint.get("assignee"), groups, [], None, limit, None, DEFAULT_PRIORITY, extra, gap)
        due = moment(session, work.due, scope, token)
        assignee = text_setting(session, work.assignee, scope, token, ("办理人", "the assignee"))
        return (
            hint.get("assignee") or assignee or None,
            list(dict.fromkeys([*_names(session, work.candidate_groups, scope, token), *groups])),
            _names(session, work.candidate_users, scope, token),
            work.form,
            limit if due is None else due,
            moment(session, work.follow_up, scope, token),
            _priority(session, work.priority, scope, token),
            extra,
            gap,
        )

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Open the work item."""
        assignee, groups, users, form, due, follow_up, priority, extra, gap = prepared
        item = WorkItem(
            session.new_id(),
            task.token,
            self.node.id,
            "claimed" if assignee else "open",
            assignee,
            groups,
            users,
            form,
            session.now,
            due,
            follow_up,
            priority,
            extra,
        )
        session.emit(["task+", task.scope, item.row()])
        clocks.run(session, session.scope(task), item)
        if gap is not None:
            duties.report_gap(session, session.scope(task), item, gap)
        return None


class JobSpec(ActivitySpec):
    """A task a worker does: the job waits until its result is reported."""

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """The job's type."""
        assert self.node.job is not None
        kind = text_setting(session, self.node.job.type, scope, token, ("作业类型", "the job type"))
        if not kind:
            raise NodeFailure("job.type", "作业类型为空", "the job type is empty")
        return kind

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Open the job."""
        spec = self.node.job
        assert spec is not None
        job = Job(
            session.new_id(),
            task.token,
            self.node.id,
            prepared,
            spec.retries,
            "ready",
            session.now,
            dict(spec.headers),
        )
        session.emit(["job+", task.scope, job.row()])
        return None


class ReceiveSpec(ActivitySpec):
    """A receive task: waits for its message, boundary events armed meanwhile."""

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """What to wait for."""
        assert self.node.event is not None
        return triggers.prepare(session, scope, token, self.node.id, self.node.event)

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Subscribe."""
        triggers.wait(session, task.scope, task.token, prepared)
        return None


class SendSpec(ActivitySpec):
    """A send task that publishes a message through the outbox."""

    waits = False

    def prepare(self, session: Session, scope: Scope, token: Token, own: Mapping[str, Any]) -> Any:
        """The message."""
        assert self.node.event is not None
        return triggers.prepare_message(session, scope, token, self.node.event, own)

    def begin(self, session: Session, task: TokenTask, prepared: Any) -> dict[str, Any] | None:
        """Hand it to the outbox."""
        session.emit(["out", "message", prepared])
        return None


def _names(session: Session, value: Setting | None, scope: Scope, token: Token) -> list[str]:
    result = setting(session, value, scope, token)
    if result is None:
        return []
    entries = result if isinstance(result, list) else str(result).split(",")
    names = [str(entry).strip() for entry in entries if entry is not None]
    return [name for name in dict.fromkeys(names) if name]


def _priority(session: Session, value: Setting | None, scope: Scope, token: Token) -> int:
    result = setting(session, value, scope, token)
    if result is None:
        return DEFAULT_PRIORITY
    try:
        number = int(result)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if not 0 <= number <= 100:
        raise NodeFailure(
            "priority", f"优先级应为0到100的整数：{result}", f"the priority must be 0 to 100: {result}"
        )
    return number
