"""Who may take a user task, and under which conditions it may be completed.

These are the `bihuan:` properties of user tasks (DOMAIN §2, §3): candidates by level and role,
separation of duties, closing conditions. The directory is an outside fact: it is read through the recorded port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Refusal
from engine.model.definition import Node, Setting
from engine.runtime.failure import NodeFailure
from engine.runtime.variables import View, text_setting, to_wire
from engine.state import Incident, Scope, Token, WorkItem

if TYPE_CHECKING:
    from engine.runtime.session import Session

CANDIDATE = "bihuan:candidate"
SEPARATION = "bihuan:separation"
CONDITION = "bihuan:condition"
MILESTONE = "bihuan:milestone"
CLOSED = "closed"
"""The milestone of a task whose completion closes the case."""
PLACE = "grid"
"""The variable that holds the unit a case belongs to."""

STAFFING_GAP = "staffing.gap"


def candidates(session: Session, scope: Scope, token: Token, node: Node) -> tuple[list[str], Any]:
    """The candidate groups of a task at the case's place, and the gap in the staff, if any.

    The property is the expression, or after `=` FEEL that gives it; null means nobody by level and role.
    Without a directory the expression itself is the group.
    """
    expression = node.properties.get(CANDIDATE)
    if expression and expression.startswith("="):
        compiled = session.program(scope).expression(expression[1:])
        expression = text_setting(
            session, Setting(expression=compiled), scope, token, ("候选人表达式", "the candidate expression")
        )
    if not expression:
        return [], None
    place = View(session, scope, token).wire().get(PLACE)
    key = [expression, place if isinstance(place, str) else "", session.now, []]
    found = session.reads.read("directory.candidates", key)
    if found is None:
        return [expression], None
    if "refused" in found:
        raise NodeFailure("candidates.unknown", *found["refused"])
    return list(found["groups"]), found.get("gap")


def report_gap(session: Session, scope: Scope, item: WorkItem, gap: Any) -> None:
    """Nobody is there to take a task: an incident beside it; the task stays open."""
    code, unit, name = gap
    incident = Incident(
        session.new_id(),
        item.token,
        item.element,
        STAFFING_GAP,
        f"没有人可以办理（{name or unit or code}）",
        f"nobody is there to take the task ({name or unit or code})",
        session.now,
    )
    session.emit(["inc+", scope.id, incident.row()])


def look_again(session: Session, scope: Scope, incident: Incident) -> None:
    """After the directory was put right: find the candidates of a task once more."""
    node = session.program(scope).nodes[incident.element]
    token = scope.tokens[incident.token]
    groups, gap = candidates(session, scope, token, node)
    for item in [item for item in scope.tasks.values() if item.token == incident.token]:
        session.emit(["task=", scope.id, item.id, {"groups": groups}])
        if gap is not None:
            report_gap(session, scope, item, gap)


def check_separation(session: Session, scope: Scope, item: WorkItem, person: str) -> None:
    """Separation of duties: who did one task may not do the other. Raises Refusal (rule `separation`)."""
    named = session.program(scope).nodes[item.element].properties.get(SEPARATION)
    if not named:
        return
    apart = {name.strip() for name in named.split(",")}
    elements: dict[int, str] = {}
    for event in session.past():
        for effect in event.effects:
            if effect[0] == "task+":
                elements[effect[2][0]] = effect[2][2]
            elif effect[0] == "task-" and effect[3] == "completed" and elements.get(effect[2]) in apart:
                _refuse_if(person, (event.actor, event.on_behalf_of), elements[effect[2]])


def check_separation_of_actor(session: Session, scope: Scope, item: WorkItem, actor: str) -> None:
    """Separation of duties for who acts, and for whom they stand in: a stand-in acts as both. Raises Refusal."""
    for person in dict.fromkeys((actor, session.absent)):
        if person is not None:
            check_separation(session, scope, item, person)


def stands_in(session: Session, actor: str, groups: Iterable[str]) -> bool:
    """Whether the actor stands in now for whom they act, in everything or, in a role, for what came to these groups.

    What came to somebody by name, without a group, is only for who stands in for them in everything. Without a
    directory whoever gives the command answers for that.
    """
    answer = session.reads.read("directory.stands_in", [actor, session.absent, session.now])
    if answer is None:
        return True
    roles = answer.get("roles", ())
    if not roles or "*" in roles:
        return bool(roles)
    theirs = session.reads.read("directory.groups", [actor, session.now]) or {}
    return not set(theirs.get("groups", ())).isdisjoint(groups)


def _refuse_if(person: str, performers: tuple[str | None, ...], element: str) -> None:
    if person in performers:
        raise Refusal(
            rule="separation",
            message_zh=f"{person}办理过“{element}”，按回避要求不得办理本环节",
            message_en=f"{person} did “{element}” and must not do this task (separation of duties)",
            place={"element": element},
        )


def check_entitled(
    session: Session, scope: Scope, item: WorkItem | None, expression: str, person: str
) -> None:
    """Whether a person is among those an expression such as `县/指挥平台` names at the case's place.

    item: the task it is about, None for the case as a whole. What is no such expression (`parties`) names nobody of the directory. Raises Refusal (rule `extend.approver`).
    """
    if "/" not in expression:
        return
    token = None if item is None else scope.tokens[item.token]
    place = View(session, scope, token).wire().get(PLACE)
    key = [expression, place if isinstance(place, str) else "", session.now, []]
    entitled = session.reads.read("directory.candidates", key)
    if entitled is None:
        return
    theirs = session.reads.read("directory.groups", [person, session.now])
    if not set(entitled.get("groups", ())) & set((theirs or {}).get("groups", ())):
        raise Refusal(
            rule="extend.approver",
            message_zh=f"延期须由{expression}批准，{person}不是",
            message_en=f"an extension is approved by {expression}; {person} is none of them",
        )


def check_conditions(session: Session, scope: Scope, item: WorkItem, values: Mapping[str, Any]) -> None:
    """Conditions: nothing may forbid to complete the task.

    Raises Refusal: of a task that closes the case (`bihuan:milestone` is `closed`) by the rule `close.<first>`, of
    any other by `condition.<first>`.

    values: what was submitted, wire form; the conditions see it before the case's variables.
    """
    node = session.program(scope).nodes[item.element]
    refuse_unmet(session, scope, scope.tokens[item.token], node, values)


def refuse_unmet(
    session: Session, scope: Scope, token: Token | None, node: Node, values: Mapping[str, Any]
) -> None:
    """The conditions of a user task, as seen from a scope and token, its own while it is open. Raises Refusal."""
    decision = node.properties.get(CONDITION)
    if not decision:
        return
    view = View(session, scope, token, values)
    definition = session.program(scope).definition
    try:
        result = definition.decisions[decision].evaluate(decision, view, session.environment())
    except Exception as error:
        zh, en = getattr(error, "message_zh", str(error)), getattr(error, "message_en", str(error))
        raise NodeFailure(
            "decision.failed", f"结案条件“{decision}”无法判定：{zh}", f"conditions “{decision}” failed: {en}"
        ) from error
    unmet = _unmet(to_wire(result.value, decision))
    if unmet:
        listed = "；".join(message or rule for rule, message in unmet)
        closes = node.properties.get(MILESTONE) == CLOSED
        raise Refusal(
            rule=f"{'close' if closes else 'condition'}.{unmet[0][0]}",
            message_zh=f"尚不能{'办结' if closes else '提交'}：{listed}",
            message_en="it cannot be completed yet: " + ", ".join(rule for rule, _ in unmet),
            place={"unmet": ",".join(rule for rule, _ in unmet)},
            trace=result.trace,
        )


def _unmet(value: Any) -> list[tuple[str, str]]:
    """The rules and messages a conditions table gave: a list of contexts or texts, or a single one."""
    if value is None:
        return []
    rows = value if isinstance(value, list) else [value]
    found = []
    for row in rows:
        if isinstance(row, dict):
            found.append((str(row.get("rule")), str(row.get("message") or "")))
        else:
            found.append((str(row), ""))
    return found
