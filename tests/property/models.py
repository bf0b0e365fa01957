"""Random structured BPMN: real diagrams of everything the engine executes, the same for the same seed.

A process is a sequence of blocks, and blocks hold sequences. Where a join waits, every branch brings its token
(the only ends inside are those that end the whole scope), so that a case that is active always waits for
somebody: a property the tests rely on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from xml.sax.saxutils import escape

from tests.property.drawing import HEAD, Pencil, Sheet, Tail, extensions, zeebe

MESSAGES = ("order", "reply", "news")
SIGNALS = ("bell", "alarm")
ERRORS = ("e1", "e2")
ESCALATIONS = ("x1", "x2")
KEY = "k-1"
MAX_DEPTH = 3

CONDITIONS = (
    "a > 2",
    "flag",
    "not(flag)",
    "a + b > 5",
    "count(items) > 2",
    "b >= a",
    "a in [0..3]",
    "flag or a = 1",
)
EVENTUALLY = ("ready = true", "ready", "ready and not(ready = false)")
"""Conditions that willing staff can make true."""

SCRIPTS = (
    ("a + 1", "a"), ("b - a", "b"), ("not(flag)", "flag"), ("append(items, a)", "items"), ("a / 3", "third"),
    ("{z: a, y: {x: items, b: 1}}", "nested"), ("get entries(nested)", "entries"), ("string(nested)", "text"), ('string(a) + "字@é"', "text"), ("now()", "moment"), ("[1, 2]", "items"),
    ('date("2026-03-01") + duration("P1D")', "day"), ("for i in items return i * 2", "doubled"), ("null", "nothing"),
    ("a * 2", "b"), ('"@" + string(b)', "text"), ("sum(items)", "a"), ("0.1 + 0.2", "exact"), ("a / 0", "c"),
    ('duration("PT5M") * 3', "span"), ("if c = null then 1 else c + 1", "c"),
)  # fmt: skip
DURATIONS = ("PT5M", "PT1H", "P1D", "P1M", '=duration("PT10M")', '=duration("PT" + string(abs(a) + 1) + "M")')
CYCLES = ("R2/PT10M", "R3/PT1H", "R/PT2H", '="R2/PT" + string(abs(a) + 1) + "M"')
POLICIES = (
    ("return", ("once", "forbidden", "free")),
    ("recall", ("forbidden", "free")),
    ("countersign", ("all", "any", "2", "60%", "veto vote=flag")),
)
DATES = ("2023-12-01T00:00:00Z", "2020-01-01", '=now() + duration("PT1H")')

TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="tables" name="tables" namespace="urn:drawn">
<decision id="grade" name="grade"><decisionTable id="grade_table" hitPolicy="FIRST">
<input id="grade_a" label="a"><inputExpression id="grade_a_expression"><text>a</text></inputExpression></input>
<output id="grade_level" name="level"/><output id="grade_weight" name="weight"/>
<rule id="r1"><inputEntry id="i1"><text>&lt; 2</text></inputEntry>
<outputEntry id="o1"><text>"low"</text></outputEntry><outputEntry id="o2"><text>a + 0.5</text></outputEntry></rule>
<rule id="r2"><inputEntry id="i2"><text>-</text></inputEntry>
<outputEntry id="o3"><text>"high"</text></outputEntry><outputEntry id="o4"><text>a / 3</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A package of files; the process to start is `p`."""

    seed: int
    files: dict[str, bytes]


def model(seed: int, *, handled: bool = False) -> Model:
    """The model of a seed.

    handled: for the verbs of handling: user tasks say how they may be returned, recalled and countersigned, and no
    error is thrown that may have nobody to catch it, so that willing staff can end every case.
    """
    return _Author(Random(f"model {seed}"), handled=handled).write(seed)


class _Author:
    """Makes up one package. Each block takes the tail it begins at and returns the one it ends with."""

    def __init__(self, random: Random, *, handled: bool) -> None:
        self._random = random
        self._handled = handled
        self._pencil = Pencil()
        self._size = random.choice((5, 8, 12, 18))
        self._left = 0
        self._called: list[str] = []
        self._blocks: dict[Callable[[Sheet, Tail], Tail], int] = {
            self._activity: 14, self._exclusive: 3, self._parallel: 3, self._inclusive: 3, self._race: 2,
            self._loop: 2, self._catch: 2, self._throw: 2, self._jump: 1, self._early_end: 1, self._implicit: 2,
            self._asked_loop: 1,
        }  # fmt: skip

    def write(self, seed: int) -> Model:
        """The files of the package."""
        files = {"tables.dmn": TABLE}
        for key in self._random.choice(((), ("c1",), ("c1", "c2"))):
            files[f"{key}.bpmn"] = self._process(key, size=3)
            self._called.append(key)
        files["p.bpmn"] = self._process("p", size=self._size)
        return Model(seed=seed, files=files)

    def _process(self, key: str, size: int) -> bytes:
        self._left = size
        sheet = Sheet(depth=0 if key == "p" else 1)
        self._fill(sheet)
        inside = "".join(sheet.parts)
        roots = [f'<error id="error_{code}" errorCode="{code}"/>' for code in ERRORS]
        roots += [f'<escalation id="escalation_{code}" escalationCode="{code}"/>' for code in ESCALATIONS]
        roots += [f'<signal id="signal_{name}" name="{name}"/>' for name in SIGNALS]
        roots += [
            f'<message id="message_{name}" name="{name}">'
            f"{extensions(zeebe('subscription', correlationKey='=key'))}</message>"
            for name in MESSAGES
        ]
        roots += [
            f'<signalEventDefinition id="thrown_{name}" signalRef="signal_{name}"/>' for name in SIGNALS
        ]
        roots += [
            f'<messageEventDefinition id="thrown_{name}" messageRef="message_{name}"/>' for name in MESSAGES
        ]
        roots += [
            f'<escalationEventDefinition id="thrown_{code}" escalationRef="escalation_{code}"/>'
            for code in ESCALATIONS
        ]
        process = f'<process id="{key}" isExecutable="true">{inside}</process>'
        return f"{HEAD}{process}{''.join(roots)}</definitions>".encode()

    def _fill(self, sheet: Sheet) -> None:
        """A whole container: start, sequence, end, and perhaps event sub-processes."""
        start = self._pencil.name("start")
        self._pencil.node(sheet, None, "startEvent", start)
        first = self._pencil.tail(start)
        if sheet.cancels and self._chance(0.5):
            first = self._early_end(sheet, first)
        tail = self._sequence(sheet, first)
        while sheet.depth == 0 and self._left > 0:
            tail = self._block(sheet, tail)
        self._end(sheet, tail)
        while self._chance(0.25):
            self._event_sub_process(sheet)

    def _sequence(self, sheet: Sheet, tail: Tail) -> Tail:
        for _ in range(self._random.choice((1, 1, 2, 3))):
            if self._left <= 0 and self._chance(0.7):
                break
            tail = self._block(sheet, tail) if self._left > 0 else self._short(sheet, tail)
        return tail

    def _block(self, sheet: Sheet, tail: Tail) -> Tail:
        self._left -= 1
        blocks = list(self._blocks)
        return self._random.choices(blocks, weights=[self._blocks[block] for block in blocks])[0](sheet, tail)

    def _chance(self, likely: float) -> bool:
        return self._random.random() < likely

    # -- ends and throws ---------------------------------------------------------------------------

    def _end(self, sheet: Sheet, tail: Tail) -> None:
        """An end event that consumes just its own token, or throws something nobody need catch."""
        kinds = ["none", "none", "none", "message", "signal", "escalation"]
        self._pencil.node(
            sheet, tail, "endEvent", self._pencil.name("end"), *self._thrown(self._random.choice(kinds))
        )

    def _thrown(self, kind: str) -> tuple[str]:
        if kind == "none":
            return ("",)
        if kind in ("terminate", "cancel"):
            return (f"<{kind}EventDefinition/>",)
        name = self._random.choice(
            {"message": MESSAGES, "signal": SIGNALS, "escalation": ESCALATIONS, "error": ERRORS}[kind]
        )
        values = ""
        if kind in ("message", "signal") and self._chance(0.5):
            values = extensions(zeebe("ioMapping", zeebe("input", source="=a", target="b")))
        return (f'{values}<{kind}EventDefinition {kind}Ref="{kind}_{name}"/>',)

    def _throw(self, sheet: Sheet, tail: Tail) -> Tail:
        node = self._pencil.name("throw")
        kind = self._random.choice(("none", "message", "signal", "escalation"))
        self._pencil.node(sheet, tail, "intermediateThrowEvent", node, *self._thrown(kind))
        return self._pencil.tail(node)

    def _early_end(self, sheet: Sheet, tail: Tail) -> Tail:
        """Under a condition the token ends here, by an end that its scope survives or not."""
        gateway, default = self._split(sheet, tail, "exclusiveGateway")
        ending = self._pencil.tail(gateway, self._condition())
        kinds = ["terminate", "terminate"]
        if sheet.cancels:
            kinds += ["cancel"] * 3
        if not self._handled:
            kinds += ["error"] * (2 if sheet.errors else self._random.choice((0, 0, 1)))
        if not sheet.joined:
            kinds += ["none", "escalation", "signal"]
        self._pencil.node(
            sheet, ending, "endEvent", self._pencil.name("end"), *self._thrown(self._random.choice(kinds))
        )
        return default

    # -- gateways ----------------------------------------------------------------------------------

    def _condition(self) -> str:
        return self._random.choice(CONDITIONS)

    def _split(self, sheet: Sheet, tail: Tail, element: str) -> tuple[str, Tail]:
        """A gateway and its default flow."""
        gateway = self._pencil.name("split")
        default = self._pencil.tail(gateway)
        self._pencil.node(sheet, tail, element, gateway, default=default.flow)
        return gateway, default

    def _merge(self, sheet: Sheet, tails: list[Tail], element: str = "exclusiveGateway") -> Tail:
        gateway = self._pencil.name("merge")
        self._pencil.node(sheet, None, element, gateway)
        for tail in tails:
            self._pencil.link(sheet, tail, gateway)
        return self._pencil.tail(gateway)

    def _exclusive(self, sheet: Sheet, tail: Tail) -> Tail:
        gateway, default = self._split(sheet, tail, "exclusiveGateway")
        branches = [self._pencil.tail(gateway, self._condition()) for _ in range(self._random.choice((1, 2)))]
        return self._merge(sheet, [self._sequence(sheet, branch) for branch in [*branches, default]])

    def _parallel(self, sheet: Sheet, tail: Tail) -> Tail:
        gateway = self._pencil.name("fork")
        self._pencil.node(sheet, tail, "parallelGateway", gateway)
        branches = [self._pencil.tail(gateway) for _ in range(self._random.choice((2, 2, 3)))]
        return self._merge(sheet, self._joined(sheet, branches), "parallelGateway")

    def _inclusive(self, sheet: Sheet, tail: Tail) -> Tail:
        gateway, default = self._split(sheet, tail, "inclusiveGateway")
        branches = [
            self._pencil.tail(gateway, self._condition()) for _ in range(self._random.choice((1, 2, 3)))
        ]
        return self._merge(sheet, self._joined(sheet, [*branches, default]), "inclusiveGateway")

    def _implicit(self, sheet: Sheet, tail: Tail) -> Tail:
        """An activity with several ways out: conditional ones with a default, or all at once."""
        node = self._pencil.name("implicit")
        if self._chance(0.5):
            default = self._pencil.tail(node)
            branches = [
                default,
                self._pencil.tail(node, self._condition()),
                self._pencil.tail(node, self._condition()),
            ]
            self._pencil.node(sheet, tail, "userTask", node, default=default.flow)
            join = "inclusiveGateway"
        else:
            branches = [self._pencil.tail(node), self._pencil.tail(node)]
            self._pencil.node(sheet, tail, "task", node)
            join = self._random.choice(("parallelGateway", "inclusiveGateway"))
        return self._merge(sheet, self._joined(sheet, branches), join)

    def _joined(self, sheet: Sheet, branches: list[Tail]) -> list[Tail]:
        before, sheet.joined = sheet.joined, True
        tails = [self._sequence(sheet, branch) for branch in branches]
        sheet.joined = before
        return tails

    def _race(self, sheet: Sheet, tail: Tail) -> Tail:
        gateway = self._pencil.name("race")
        self._pencil.node(sheet, tail, "eventBasedGateway", gateway)
        tails = []
        for _ in range(self._random.choice((2, 3))):
            catch = self._caught(sheet, self._pencil.tail(gateway), receive=True)
            tails.append(self._sequence(sheet, catch))
        return self._merge(sheet, tails)

    def _loop(self, sheet: Sheet, tail: Tail) -> Tail:
        """Automatic: a counter in a variable of its own ends it."""
        counter, node = self._pencil.name("n"), self._pencil.name("count")
        head, again = self._pencil.name("head"), self._pencil.name("again")
        self._pencil.node(sheet, tail, "exclusiveGateway", head)
        script = zeebe(
            "script",
            expression=f"=if {counter} = null then 1 else {counter} + 1",
            resultVariable=counter,
        )
        self._pencil.node(sheet, self._pencil.tail(head), "scriptTask", node, extensions(script))
        body = self._sequence(sheet, self._pencil.tail(node))
        out = self._pencil.tail(again)
        self._pencil.node(sheet, body, "exclusiveGateway", again, default=out.flow)
        self._pencil.link(sheet, self._pencil.tail(again, f"{counter} < {self._random.choice((2, 3))}"), head)
        return out

    def _asked_loop(self, sheet: Sheet, tail: Tail) -> Tail:
        """A person decides whether to go round again."""
        head, again = self._pencil.name("head"), self._pencil.name("again")
        self._pencil.node(sheet, tail, "exclusiveGateway", head)
        asked = self._pencil.name("ask")
        self._pencil.node(sheet, self._sequence(sheet, self._pencil.tail(head)), "userTask", asked)
        out = self._pencil.tail(again)
        self._pencil.node(sheet, self._pencil.tail(asked), "exclusiveGateway", again, default=out.flow)
        self._pencil.link(sheet, self._pencil.tail(again, "flag"), head)
        return out

    def _jump(self, sheet: Sheet, tail: Tail) -> Tail:
        name = self._pencil.name("link")
        definition = f'<linkEventDefinition name="{name}"/>'
        self._pencil.node(sheet, tail, "intermediateThrowEvent", self._pencil.name("jump"), definition)
        landing = self._pencil.name("land")
        self._pencil.node(sheet, None, "intermediateCatchEvent", landing, definition)
        return self._pencil.tail(landing)

    # -- waiting -----------------------------------------------------------------------------------

    def _catch(self, sheet: Sheet, tail: Tail) -> Tail:
        return self._caught(sheet, tail, receive=True)

    def _caught(self, sheet: Sheet, tail: Tail, *, receive: bool) -> Tail:
        node = self._pencil.name("catch")
        kind = self._random.choice(("timer", "message", "signal", "conditional"))
        if kind == "message" and receive and self._chance(0.3):
            reference = f"message_{self._random.choice(MESSAGES)}"
            self._pencil.node(sheet, tail, "receiveTask", node, messageRef=reference)
        else:
            awaited = self._watched(in_flow=True) if kind == "conditional" else self._awaited(kind)
            self._pencil.node(sheet, tail, "intermediateCatchEvent", node, awaited)
        return self._pencil.tail(node)

    def _watched(self, *, in_flow: bool) -> str:
        """A condition; one in the flow is such that staff who are asked to end the case can make it true."""
        texts = (*CONDITIONS, *EVENTUALLY) if self._handled else (*CONDITIONS, *EVENTUALLY, "a")
        text = self._random.choice(EVENTUALLY if in_flow and self._handled else texts)
        chosen = ""
        if not in_flow and self._chance(0.2):
            given = self._random.choice(({"variableEvents": "update"}, {"variableNames": "a,flag"}))
            chosen = extensions(zeebe("conditionalFilter", **given))
        condition = f"<condition>={escape(text)}</condition>"
        return f"<conditionalEventDefinition>{chosen}{condition}</conditionalEventDefinition>"

    def _awaited(self, kind: str, *, repeats: bool = False) -> str:
        if kind == "cancel":
            return "<cancelEventDefinition/>"
        if kind == "conditional":
            outputs = ""
            if self._chance(0.2):
                outputs = extensions(zeebe("ioMapping", zeebe("output", source="=b - 1", target="b")))
            return outputs + self._watched(in_flow=False)
        if kind == "timer":
            if repeats and self._chance(0.6):
                written = f"<timeCycle>{escape(self._random.choice(CYCLES))}</timeCycle>"
            elif self._chance(0.2):
                written = f"<timeDate>{escape(self._random.choice(DATES))}</timeDate>"
            else:
                written = f"<timeDuration>{escape(self._random.choice(DURATIONS))}</timeDuration>"
            return f"<timerEventDefinition>{written}</timerEventDefinition>"
        names = {"message": MESSAGES, "signal": SIGNALS, "error": ERRORS, "escalation": ESCALATIONS}[kind]
        outputs = ""
        if kind in ("message", "signal") and self._chance(0.2):
            outputs = extensions(zeebe("ioMapping", zeebe("output", source="=a", target="seen")))
        if kind in ("error", "escalation") and self._chance(0.3):
            return f"<{kind}EventDefinition/>"
        return f'{outputs}<{kind}EventDefinition {kind}Ref="{kind}_{self._random.choice(names)}"/>'

    def _event_sub_process(self, sheet: Sheet) -> None:
        kinds = ("timer", "message", "signal", "conditional", "conditional", "error", "escalation")
        kind = self._random.choice(kinds)
        interrupting = kind == "error" or self._chance(0.5)
        inside = Sheet(depth=sheet.depth + 1, errors=sheet.errors, cancels=sheet.cancels)
        start = self._pencil.name("start")
        self._pencil.node(
            inside,
            None,
            "startEvent",
            start,
            self._awaited(kind, repeats=not interrupting),
            isInterrupting=str(interrupting).lower(),
        )
        self._end(inside, self._short(inside, self._pencil.tail(start)))
        self._pencil.node(
            sheet,
            None,
            "subProcess",
            self._pencil.name("esp"),
            "".join(inside.parts),
            triggeredByEvent="true",
        )

    def _short(self, sheet: Sheet, tail: Tail) -> Tail:
        """A path of at most one small activity."""
        if self._chance(0.25):
            return tail
        if sheet.cancels and self._chance(0.2):
            return self._early_end(sheet, tail)
        node = self._pencil.name("short")
        kind = self._random.choice(("userTask", "userTask", "scriptTask", "serviceTask", "manualTask"))
        self._pencil.node(sheet, tail, kind, node, self._doing(kind))
        return self._pencil.tail(node)

    # -- activities --------------------------------------------------------------------------------

    def _activity(self, sheet: Sheet, tail: Tail) -> Tail:
        kinds = ["userTask"] * (16 if self._handled else 6) + ["serviceTask"] * 2 + ["scriptTask"] * 3
        kinds += ["businessRuleTask", "businessRuleTask", "manualTask", "task", "sendTask", "receiveTask"]
        if sheet.depth < MAX_DEPTH:
            kinds += ["subProcess"] * 3 + ["transaction"] * 3 + (["callActivity"] * 2 if self._called else [])
        kind = self._random.choice(kinds)
        node = self._pencil.name(kind)
        boundaries = [self._boundary_kind() for _ in range(self._random.choice((0, 0, 0, 1, 1, 2)))]
        errors = tuple(ERRORS) if any(what == "error" for what, _ in boundaries) else sheet.errors
        attributes: dict[str, str] = {}
        if kind in ("receiveTask", "sendTask"):
            attributes["messageRef"] = f"message_{self._random.choice(MESSAGES)}"
        inner = self._doing(kind) + (self._many() if self._chance(0.2) else "")
        if kind == "transaction":
            boundaries.append(("cancel", True))
        if kind in ("subProcess", "transaction"):
            cancels = sheet.cancels or kind == "transaction"
            inside = Sheet(depth=sheet.depth + 1, errors=errors, cancels=cancels)
            self._fill(inside)
            inner += "".join(inside.parts)
        self._pencil.node(sheet, tail, kind, node, inner, **attributes)
        ways = [self._pencil.tail(node)]
        seen: set[str] = set()
        for what, interrupting in boundaries:
            ways += self._attach(sheet, node, what, interrupting, seen)
        return ways[0] if len(ways) == 1 else self._merge(sheet, ways)

    def _boundary_kind(self) -> tuple[str, bool]:
        kinds = ("timer", "timer", "message", "signal", *["conditional"] * 3, "error", "escalation")
        kind = self._random.choice(kinds)
        return kind, kind == "error" or self._chance(0.5)

    def _attach(self, sheet: Sheet, host: str, kind: str, interrupting: bool, seen: set[str]) -> list[Tail]:
        """A boundary event; an interrupting one's path goes on behind the activity, another's ends."""
        if kind in ("error", "escalation"):
            if kind in seen:
                return []
            seen.add(kind)
        event = self._pencil.name("boundary")
        self._pencil.node(
            sheet,
            None,
            "boundaryEvent",
            event,
            self._awaited(kind, repeats=not interrupting),
            attachedToRef=host,
            cancelActivity=str(interrupting).lower(),
        )
        path = self._short(sheet, self._pencil.tail(event))
        if interrupting:
            return [path]
        self._end(sheet, path)
        return []

    def _doing(self, kind: str) -> str:
        """The extension elements of an activity."""
        parts = []
        if kind == "userTask":
            parts += self._work()
        elif kind == "serviceTask":
            parts.append(
                zeebe("taskDefinition", type=self._random.choice(("mail", '="m" + string(a)')), retries="2")
            )
        elif kind == "scriptTask":
            text, result = self._random.choice(SCRIPTS)
            parts.append(zeebe("script", expression=f"={text}", resultVariable=result))
        elif kind == "businessRuleTask":
            parts.append(zeebe("calledDecision", decisionId="grade", resultVariable="graded"))
        elif kind == "callActivity":
            parts.append(
                zeebe(
                    "calledElement",
                    processId=self._random.choice(self._called),
                    propagateAllParentVariables="true",
                    propagateAllChildVariables=self._random.choice(("true", "false")),
                )
            )
        if kind in ("userTask", "serviceTask", "subProcess", "callActivity") and self._chance(0.3):
            mapped = [zeebe("input", source="=a", target=self._random.choice(("a", "local", "deep.inside")))]
            if self._chance(0.5):
                mapped.append(zeebe("output", source="=b", target=self._random.choice(("c", "out.value"))))
            parts.append(zeebe("ioMapping", "".join(mapped)))
        return extensions(*parts)

    def _work(self) -> list[str]:
        parts = [zeebe("userTask")]
        if self._chance(0.5):
            who = self._random.choice(
                (
                    {"candidateGroups": "clerks,leads"},
                    {"candidateUsers": '=["zhang", "li"]'},
                    {"assignee": "zhang"},
                )
            )
            parts.append(zeebe("assignmentDefinition", **who))
        if self._chance(0.2):
            parts.append(zeebe("taskSchedule", dueDate='=now() + duration("P1D")'))
        if self._chance(0.2):
            parts.append(zeebe("priorityDefinition", priority="=20 + 1"))
        if self._handled and self._chance(0.4):
            kind, values = self._random.choice(POLICIES)
            entry = zeebe("property", name=f"bihuan:{kind}", value=self._random.choice(values))
            parts.append(zeebe("properties", entry))
        return parts

    def _many(self) -> str:
        sequential = self._random.choice(("true", "false"))
        attributes = {}
        cardinality = ""
        if self._chance(0.3):
            cardinality = f"<loopCardinality>={self._random.choice(('0', '2', '3'))}</loopCardinality>"
        else:
            attributes["inputCollection"] = self._random.choice(
                ("=items", "=[3, 1, 2]", "=[]", "=[{x: 1}, {x: 2}]")
            )
            attributes["inputElement"] = self._random.choice(("item", "a"))
        if self._chance(0.5):
            attributes |= {
                "outputCollection": "gathered",
                "outputElement": self._random.choice(("=b", "=made", "={n: a}")),
            }
        completion = ""
        if self._chance(0.4):
            text = self._random.choice(
                (
                    "numberOfCompletedInstances >= 2",
                    "flag",
                    "numberOfCompletedInstances / numberOfInstances > 0.5",
                )
            )
            completion = f"<completionCondition>={escape(text)}</completionCondition>"
        loop = extensions(zeebe("loopCharacteristics", **attributes)) if attributes else ""
        behavior, complex_ = self._behavior()
        return (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}"{behavior}>'
            f"{loop}{cardinality}{complex_}{completion}"
            "</multiInstanceLoopCharacteristics>"
        )

    def _behavior(self) -> tuple[str, str]:
        """When a loop throws which events: its attributes, and the definitions of a complex one."""
        kind = self._random.choice(("All", "All", "None", "One", "Complex"))
        thrown = self._random.choice((*SIGNALS, *ESCALATIONS, *ESCALATIONS, *MESSAGES))
        if kind == "All":
            return "", ""
        if kind != "Complex":
            return f' behavior="{kind}" {kind.lower()}BehaviorEventRef="thrown_{thrown}"', ""
        condition = self._random.choice(("numberOfCompletedInstances = 2", "flag", "loopCounter > 1"))
        event = f'<escalationEventDefinition escalationRef="escalation_{self._random.choice(ESCALATIONS)}"/>'
        definition = f"<condition>={escape(condition)}</condition><event>{event}</event>"
        return ' behavior="Complex"', f"<complexBehaviorDefinition>{definition}</complexBehaviorDefinition>"
