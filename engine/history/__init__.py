"""Proof of what happened: verify, replay, export.

*Verify* folds the recorded effects and checks every hash, every snapshot and every row derived from them; it
needs no SpiffWorkflow. *Replay* executes every command again and compares bit for bit.
"""

from engine.history.clocks import TaskClock, task_clocks
from engine.history.decided import (
    DecisionOutcome,
    DecisionReader,
    DecisionTaken,
    MatchedRule,
    decisions,
    outcomes,
)
from engine.history.findings import HistoryFinding
from engine.history.lines import export_lines
from engine.history.replay import Replayer
from engine.history.verify import Report, Verifier
from engine.history.xes import export_xes

__all__ = [
    "DecisionOutcome",
    "DecisionReader",
    "DecisionTaken",
    "HistoryFinding",
    "MatchedRule",
    "Replayer",
    "Report",
    "TaskClock",
    "Verifier",
    "decisions",
    "export_lines",
    "export_xes",
    "outcomes",
    "task_clocks",
]
