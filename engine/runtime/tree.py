"""The SpiffWorkflow objects a case runs on, with what must differ from the library's own.

A scope of the case is a workflow; a token is a task. Three things are ours:

* **Tasks carry the ids we give them** and do not read the wall clock, so nothing in the tree differs between
  a run and its replay but the random id of each scope's anchor, which nobody reads.
* **The tree does not predict.** The library grows the tree of all possible futures ahead of each task; a
  token here knows only where it stands.
* **Finished tasks are spliced out** when pruning is on: their children move up, so that the tree holds live
  tokens only and no depth grows with the length of a case. Nothing in our specs looks at finished tasks
  (joins count waiting tokens), hence pruning changes no verdict; the tests compare both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.StartTask import StartTask
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.runtime.session import Session

__all__ = ["CaseTree", "ContainerSpec", "ScopeTree", "TaskState", "TokenTask", "Tree", "spawn"]


class TokenTask(Task):  # type: ignore[misc]  # the library is not typed
    """A task that is a token: it knows its token and scope, and changes state without clock or log."""

    token: int
    scope: int
    flows: tuple[str, ...]

    def run(self) -> bool | None:
        """Execute the task; one that has to wait keeps the state its spec gave it."""
        result: bool | None = self.task_spec._run(self)
        if result:
            self.complete()
        return result

    def _set_state(self, value: int) -> None:
        self._state = value


class RootSpec(BpmnTaskSpec, StartTask):  # type: ignore[misc]
    """The anchor of a scope's tree; tokens hang below it."""

    def _predict(self, my_task: Task, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted."""

    def _on_ready(self, my_task: Task) -> None:
        my_task._set_state(TaskState.COMPLETED)


class ContainerSpec(BpmnProcessSpec):  # type: ignore[misc]
    """The compiled form of a process, sub-process or multi-instance instance.

    It starts empty: the library's own Start, EndJoin and End would claim these names, and the library ends
    a workflow when a task called End completes. It never changes after compilation, so all cases share it.
    """

    def __init__(self, name: str, *, is_instance: bool = False) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.is_instance = is_instance
        self.start = RootSpec(self, "§")
        self.end = None
        self.svg = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []


class _NoScripts:
    """Stands where the library expects a Python script engine: diagrams never run Python."""

    environment = None

    def evaluate(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise TypeError("diagrams are evaluated in FEEL only")

    execute = evaluate
    call_service = evaluate


_NO_SCRIPTS = _NoScripts()


class CaseTree(BpmnWorkflow):  # type: ignore[misc]
    """The workflow of a case's own process; its specs find the session that executes it here."""

    def __init__(self, spec: ContainerSpec, session: Session) -> None:
        self.session = session
        self.numbering = 0
        super().__init__(spec, script_engine=_NO_SCRIPTS)

    def _task_completed_notify(self, task: Task) -> None:
        """Completion is decided on tokens, not by a task named End or by sweeping all waiting tasks."""


class ScopeTree(BpmnSubWorkflow):  # type: ignore[misc]
    """The workflow of a sub-process, called process or multi-instance instance inside a case."""

    def __init__(self, spec: ContainerSpec, *, owner: TokenTask, top: CaseTree) -> None:
        super().__init__(spec, parent_task_id=owner.id, top_workflow=top)

    def _calculate_depth(self) -> int:
        return 0

    def _task_completed_notify(self, task: Task) -> None:
        """See `CaseTree`."""


Tree = CaseTree | ScopeTree


def spawn(
    tree: Tree, spec: BpmnTaskSpec, *, scope: int, token: int, state: int, parent: TokenTask | None = None
) -> TokenTask:
    """Hang a new task for a token into a scope's tree, below `parent` or the root."""
    top = cast(CaseTree, tree.top_workflow)
    top.numbering += 1
    task = TokenTask(tree, spec, parent or tree.task_tree, state=state, id=top.numbering)
    task.token = token
    task.scope = scope
    return task


def splice(task: TokenTask) -> None:
    """Take a finished task out of its tree; its children take its place below its parent."""
    tasks = task.workflow.tasks
    parent = tasks[task._parent]
    for child in task._children:
        tasks[child]._parent = parent.id
    parent._children.remove(task.id)
    parent._children.extend(task._children)
    del tasks[task.id]
