"""Looking inside: the live tree of a case, and a case without a database."""

from __future__ import annotations

from typing import Any

from engine.runtime import LiveReads, Program, Session, Settings, execute
from engine.state import CaseState
from tests.support.driving import World


class Bare:
    """One case in memory, without database and log: what a step of the runtime itself leaves and costs."""

    def __init__(
        self, world: World, settings: Settings | None = None, key: str = "p", **variables: Any
    ) -> None:
        self.settings = settings or Settings()
        self.digest, _ = world.engine.definitions.find(key)
        self.session = Session(CaseState(), world.engine.definitions.programs, self.settings)
        self.now = 0
        given = {"definition": self.digest, "bounds": self.settings.bounds(), "variables": variables}
        self.do("start", given)

    def do(self, kind: str, given: dict[str, Any]) -> None:
        """Run a command."""
        self.now += 1_000_000
        self.session.begin(self.now, LiveReads({"definition": lambda key: None}))
        execute(self.session, kind, "clerk", given)

    def complete(self) -> None:
        """Complete the oldest open task."""
        tasks = [task for scope in self.session.state.scopes.values() for task in scope.tasks]
        self.do("complete", {"task": min(tasks), "variables": {}})

    @property
    def tree_size(self) -> int:
        """SpiffWorkflow tasks in all trees."""
        return sum(len(tree.tasks) for tree in self.session.trees.values())

    @property
    def task_data(self) -> list[dict[str, Any]]:
        """The data of every SpiffWorkflow task that has any."""
        return [
            task.data for tree in self.session.trees.values() for task in tree.tasks.values() if task.data
        ]


def spec_picture(program: Program) -> dict[str, Any]:
    """What a program's SpiffWorkflow specs look like, deep enough to notice any change."""
    return {
        name: (
            spec.start.name,
            sorted(spec.task_specs),
            [
                (task.name, type(task).__name__, list(task._inputs), list(task._outputs), sorted(vars(task)))
                for task in spec.task_specs.values()
            ],
        )
        for name, spec in program.specs.items()
    }
