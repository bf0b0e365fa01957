"""From a DMN file to a decision model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine import markup
from engine.dmn.boxed import BoxReader
from engine.dmn.boxed.functions import function_of
from engine.dmn.boxed.reading import Surroundings, nothing
from engine.dmn.elements import Decision, DecisionService, InputData, Key, Knowledge, Needed, Requirements
from engine.dmn.findings import DmnErrors, DmnFinding, Findings, Place, Severity
from engine.dmn.item_definitions import TypeReader
from engine.dmn.model import DecisionModel, Graph
from engine.dmn.ordering import in_order
from engine.dmn.source import (
    FEEL_LANGUAGES,
    Element,
    child,
    children,
    local_name,
    place_of,
    reference,
)
from engine.feel import Function
from engine.feel.run import Code, Scope
from engine.feel.types import ANY

MOST_ELEMENTS = 1_000
"""Decisions, input data and the like in one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A model and everything found while reading it; parts with errors evaluate to null."""

    model: DecisionModel
    findings: tuple[DmnFinding, ...]


def parse(data: bytes, *, file: str, imports: Collection[DecisionModel] = ()) -> DecisionModel:
    """Read a DMN 1.1 to 1.5 file.

    data: the bytes of the XML. file: its name, for messages. imports: the models that `import` elements may
    name, found by namespace.

    Raises DmnErrors, which lists all findings, when one of them is an error.
    """
    reading = read(data, file=file, imports=imports)
    if any(one.severity is Severity.ERROR for one in reading.findings):
        raise DmnErrors(reading.findings)
    return reading.model


def read(data: bytes, *, file: str, imports: Collection[DecisionModel] = ()) -> Reading:
    """As `parse`, but keep what can be used of a model with errors. Raises DmnErrors when it is no DMN model."""
    try:
        root = markup.read(data, file=file)
    except markup.MarkupError as error:
        raise DmnErrors([_unreadable(error)]) from error
    place = Place(file=file, line=root.sourceline or 1, element=root.get("id"))
    if local_name(root) != "definitions":
        findings = Findings()
        findings.add("dmn.not-dmn", place, "不是 DMN 1.1–1.5 决策模型", "this is no DMN 1.1 to 1.5 model")
        raise DmnErrors(findings.all)
    reader = _ModelReader(root, place, {model.namespace: model for model in imports})
    return reader.read()


def _unreadable(error: markup.MarkupError) -> DmnFinding:
    return DmnFinding(
        file=error.file,
        line=error.line,
        element=None,
        rule="dmn.markup",
        severity=Severity.ERROR,
        message_zh=error.message_zh,
        message_en=error.message_en,
    )


_Named: TypeAlias = InputData | Decision | Knowledge | DecisionService
_KINDS = {
    "requiredInput": ("inputData",),
    "requiredDecision": ("decision",),
    "requiredKnowledge": ("businessKnowledgeModel", "decisionService"),
    "outputDecision": ("decision",),
    "encapsulatedDecision": ("decision",),
    "inputDecision": ("decision",),
    "inputData": ("inputData",),
}
"""What a reference may name."""

_DRG = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


class _ModelReader:
    """Reads one file: types first, then the graph, then the logic of each element."""

    def __init__(self, root: Element, place: Place, imports: dict[str, DecisionModel]) -> None:
        self._root = root
        self._place = place
        self._available = imports
        self._namespace = root.get("namespace", "")
        self._findings = Findings()
        self._prefixes: dict[str, str] = {}
        self._graph = Graph(namespace=self._namespace)
        self._elements: dict[Key, Element] = {}
        self._functions: dict[Key, Function] = {}

    def read(self) -> Reading:
        self._read_imports()
        self._types = TypeReader(
            self._findings, self._place, {
                prefix: self._available[namespace].types for namespace, prefix in self._prefixes.items()
            },
        )  # fmt: skip
        types = self._types.read(self._root)
        self._boxes = BoxReader(findings=self._findings, types=self._types)
        self._graph.tables[self._namespace] = self._boxes.tables
        self._index()
        for key, element in self._elements.items():
            self._read_element(key, element)
        self._refuse_cycles()
        model = DecisionModel(
            file=self._place.file,
            name=self._root.get("name", ""),
            namespace=self._namespace,
            graph=self._graph,
            types=types,
            findings=tuple(self._findings.all),
        )
        return Reading(model=model, findings=model.findings)

    def _read_imports(self) -> None:
        for element in children(self._root, "import"):
            namespace, prefix = element.get("namespace", ""), element.get("name", "")
            if "dmn" not in element.get("importType", "").lower():
                continue
            model = self._available.get(namespace)
            if model is None:
                self._findings.add(
                    "dmn.import-missing", place_of(element, self._place),
                    f"缺少被导入的模型 {namespace}", f"the imported model {namespace} is not there",
                )  # fmt: skip
                continue
            self._prefixes[namespace] = prefix
            self._graph.inputs.update(model.graph.inputs)
            self._graph.decisions.update(model.graph.decisions)
            self._graph.services.update(model.graph.services)
            self._graph.knowledge.update(model.graph.knowledge)
            self._graph.tables.update(model.graph.tables)

    def _index(self) -> None:
        language = self._root.get("expressionLanguage", "").strip().lower()
        if language not in FEEL_LANGUAGES:
            self._findings.add(
                "dmn.language",
                self._place,
                f"只支持 FEEL，不支持“{language}”",
                f"only FEEL is supported, not '{language}'",
            )
        names: set[str] = set()
        found = list(children(self._root, *_DRG))
        if len(found) > MOST_ELEMENTS:
            self._findings.add(
                "dmn.too-large", self._place,
                f"模型元素超过 {MOST_ELEMENTS} 个", f"the model has more than {MOST_ELEMENTS} elements",
            )  # fmt: skip
        for element in found[:MOST_ELEMENTS]:
            key = (self._namespace, element.get("id", "") or element.get("name", ""))
            name = element.get("name", "")
            place = place_of(element, self._place)
            if key in self._elements:
                self._findings.add(
                    "dmn.duplicate-id", place, f"标识“{key[1]}”重复", f"the id '{key[1]}' is used twice"
                )
            if name in names:
                self._findings.add(
                    "dmn.duplicate-name", place, f"名称“{name}”重复", f"the name '{name}' is used twice"
                )
            if not name:
                self._findings.add("dmn.name-missing", place, "缺少名称", "the name is missing")
            names.add(name)
            self._elements[key] = element

    # -- elements

    def _read_element(self, key: Key, element: Element) -> None:
        kind = local_name(element)
        if kind == "inputData":
            self._graph.inputs[key] = InputData(
                identifier=key[1], name=element.get("name", ""), kind=self._variable_type(element)
            )
        elif kind == "decision":
            self._graph.decisions[key] = self._decision(key, element)
        elif kind == "businessKnowledgeModel":
            self._graph.knowledge[key] = Knowledge(
                identifier=key[1], name=element.get("name", ""), function=self._knowledge(key, element)
            )
        else:
            self._graph.services[key] = self._service(key, element)

    def _variable_type(self, element: Element) -> Any:
        variable = child(element, "variable")
        return ANY if variable is None else self._boxes.type_of(variable)

    def _decision(self, key: Key, element: Element) -> Decision:
        requires = self._requirements(element)
        around = self._surroundings(key, element, requires)
        name = element.get("name", "")
        if self._boxes.find(element) is None:
            self._findings.warn(
                "dmn.expression-missing",
                around.place,
                f"决策“{name}”没有逻辑，结果为空",
                f"the decision '{name}' has no logic: null",
            )
            code: Code = nothing
        else:
            code = self._boxes.below(element, around)
        return Decision(
            identifier=key[1], name=name, kind=self._variable_type(element), requires=requires, code=code
        )

    def _surroundings(self, key: Key, element: Element, requires: Requirements) -> Surroundings:
        names = {part for needed in requires.all for part in (needed.prefix, needed.name) if part}
        names |= self._types.types.components
        place = Place(file=self._place.file, line=element.sourceline or 1, element=key[1], decision=key[1])
        return Surroundings(names=frozenset(names), place=place, name=element.get("name", ""))

    def _knowledge(self, key: Key, element: Element) -> Function:
        """The function of a business knowledge model; it sees what it requires and itself."""
        requires = self._requirements(element)
        name = element.get("name", "")
        around = self._surroundings(key, element, requires).knowing(name)
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            self._findings.add(
                "dmn.expression-missing",
                around.place,
                f"业务知识模型“{name}”没有逻辑",
                f"the knowledge model '{name}' has no logic",
            )
            return function_of(self._boxes, name, [], nothing, None)
        made = self._boxes.function(logic, around)
        types = self._boxes.types
        kind = types.result_of(self._variable_type(element))

        def call(run: Any, values: list[Any]) -> Any:
            known: dict[str, Any] = {name: function}
            for needed in requires.knowledge:
                needed.bind(known, self._callable(needed.key))
            scope = Scope(known, None, run)
            value = made(scope).call(run, values)
            return types.fit(value, kind, scope)

        parameters = tuple(one.get("name", "") for one in children(logic, "formalParameter"))
        function = Function(
            name=name,
            parameters=parameters,
            types=tuple(self._boxes.type_of(one) for one in children(logic, "formalParameter")),
            result=kind,
            call=call,
        )
        return function

    def _callable(self, key: Key) -> Any:
        knowledge = self._graph.knowledge.get(key)
        return None if knowledge is None else knowledge.function

    def _service(self, key: Key, element: Element) -> DecisionService:
        def keys(name: str) -> tuple[Key, ...]:
            return tuple(self._resolved(one) for one in children(element, name) if self._exists(one))

        return DecisionService(
            identifier=key[1],
            name=element.get("name", ""),
            kind=self._variable_type(element),
            outputs=keys("outputDecision"),
            encapsulated=keys("encapsulatedDecision"),
            inputs=(*keys("inputData"), *keys("inputDecision")),
        )

    # -- references

    def _requirements(self, element: Element) -> Requirements:
        return Requirements(
            inputs=tuple(self._required(element, "informationRequirement", "requiredInput")),
            decisions=tuple(self._required(element, "informationRequirement", "requiredDecision")),
            knowledge=tuple(self._required(element, "knowledgeRequirement", "requiredKnowledge")),
        )

    def _required(self, element: Element, requirement: str, target: str) -> Iterator[Needed]:
        for one in children(element, requirement):
            link = child(one, target)
            if link is not None and self._exists(link):
                yield self._needed_element(self._resolved(link))

    def _resolved(self, link: Element) -> Key:
        return reference(link, self._namespace)

    def _exists(self, link: Element) -> bool:
        """Whether a reference names an element of the kind it must name; else a finding."""
        key = self._resolved(link)
        kinds = _KINDS[local_name(link)]
        if key in self._elements:
            known = local_name(self._elements[key]) in kinds
        else:
            known = any(key in self._group(kind) for kind in kinds)
        if not known:
            self._findings.add(
                "dmn.reference", place_of(link, self._place),
                f"引用“{link.get('href', '')}”不存在或种类不符",
                f"'{link.get('href', '')}' does not exist or is of the wrong kind",
            )  # fmt: skip
        return known

    def _group(self, kind: str) -> Mapping[Key, _Named]:
        graph = self._graph
        groups: dict[str, Mapping[Key, _Named]] = {
            "inputData": graph.inputs,
            "decision": graph.decisions,
            "businessKnowledgeModel": graph.knowledge,
            "decisionService": graph.services,
        }
        return groups[kind]

    def _needed_element(self, key: Key) -> Needed:
        if key in self._elements:
            return Needed(key=key, name=self._elements[key].get("name", ""))
        name = next(self._group(kind)[key].name for kind in _DRG if key in self._group(kind))
        return Needed(key=key, name=name, prefix=self._prefixes.get(key[0], ""))

    def _refuse_cycles(self) -> None:
        _, key = in_order(self._graph.decisions, self._graph.decisions)
        if key is not None:
            place = self._place if key not in self._elements else place_of(self._elements[key], self._place)
            self._findings.add(
                "dmn.cycle", place, f"决策“{key[1]}”依赖自身", f"the decision '{key[1]}' depends on itself"
            )
