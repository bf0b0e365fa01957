"""What happens every so often, whatever else is due."""

from __future__ import annotations

from dataclasses import dataclass

from worker.queues import QueueName


@dataclass(slots=True)
class Periodic:
    """A task put into a queue every `every` seconds; the first time at once."""

    task: str
    queue: QueueName
    every: float
    next_at: float = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time; if so, the next time is set."""
        if now < self.next_at:
            return False
        self.next_at = now + self.every
        return True


def standard(*, proof_every: float = 300.0) -> list[Periodic]:
    """What every installation does: kept messages are matched again, clocks moved, facts of reports brought up to the
    logs, old changes of inboxes dropped.

    proof_every: seconds between two signed roots of the proof tree.
    """
    return [
        Periodic("deliver_messages", QueueName.OUTBOX, 5.0),
        Periodic("move_clocks", QueueName.REPORTS, 15.0),
        Periodic("issue_weeks", QueueName.REPORTS, 900.0),
        Periodic("call_for_interviews", QueueName.REPORTS, 3600.0),
        Periodic("follow_logs", QueueName.REPORTS, 15.0),
        Periodic("compare_logs", QueueName.REPORTS, 3600.0),
        Periodic("clear_away", QueueName.REPORTS, 3600.0),
        Periodic("prune_inbox_changes", QueueName.REPORTS, 600.0),
        Periodic("list_due_destructions", QueueName.REPORTS, 86_400.0),
        Periodic("sign_root", QueueName.REPORTS, proof_every),
    ]
