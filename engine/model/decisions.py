"""The decision files of a package: read in an order that satisfies their imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.dmn import DecisionModel, DmnErrors, DmnFinding, Severity, parse
from engine.feel import FeelSyntaxError, compile_unary_tests
from engine.markup import line, read
from engine.model.expressions import compiled
from engine.model.findings import Findings, Place
from engine.model.namespaces import local

Path = tuple[str, ...]


@dataclass(kw_only=True)
class Decisions:
    """The decisions of a package by id, and the files they come from."""

    models: dict[str, DecisionModel] = field(default_factory=dict)
    _data: dict[str, bytes] = field(default_factory=dict)
    _files: dict[str, DecisionModel] = field(default_factory=dict)

    def add(self, file: str, data: bytes) -> None:
        """Take in a file; `read` reads it."""
        self._data[file] = data

    def read(self, findings: Findings) -> None:
        """Read all files. One that does not read is tried again once a file it may import has been read."""
        waiting = sorted(self._data)
        refused: dict[str, DmnErrors] = {}
        progress = True
        while waiting and progress:
            progress = False
            for file in list(waiting):
                try:
                    model = parse(self._data[file], file=file, imports=tuple(self._files.values()))
                except DmnErrors as errors:
                    refused[file] = errors
                    continue
                waiting.remove(file)
                progress = True
                self._register(file, model, findings)
        for file in waiting:
            _report(refused[file].findings, findings)

    def model_in(self, file: str) -> DecisionModel | None:
        """What a file holds; None when it could not be read."""
        return self._files.get(file)

    def files_of(self, id_: str) -> set[str]:
        """The file that defines a decision and those it imports."""
        graph = self.models[id_].graph
        namespaces = {key[0] for key in graph.decisions} | {key[0] for key in graph.knowledge}
        return {file for file, model in self._files.items() if model.namespace in namespaces}

    def reads(self, id_: str) -> Iterator[tuple[Place, Path]]:
        """The variable paths that expressions in a decision's file read, each with its place."""
        file = self.models[id_].file
        for element in read(self._data[file], file=file).iter("{*}text"):
            holder = element.getparent()
            if holder is None or not (element.text or "").strip():
                continue
            place = Place(file=file, line=line(element), element=holder.get("id") or id_)
            try:
                if local(holder) == "inputEntry":
                    paths = compile_unary_tests(element.text or "").paths
                else:
                    paths = compiled((element.text or "").strip()).paths
            except FeelSyntaxError:
                # Text annotations are no expressions, and names of several words need what only the
                # decision model knows.
                continue
            for path in sorted(paths):
                yield place, path

    def free_names(self, id_: str) -> Iterator[tuple[Place, str]]:
        """The names that a decision, with those it requires, reads and its file does not define, with places."""
        model = self.models[id_]
        root = read(self._data[model.file], file=model.file)
        defined = {element.get("name") for element in root.iter("{*}*")}
        for element in root.iter("{*}text"):
            holder = element.getparent()
            decision = next((one for one in element.iterancestors() if local(one) == "decision"), None)
            if holder is None or decision is None or decision.get("id") not in model.required(id_):
                continue
            place = Place(file=model.file, line=line(element), element=holder.get("id") or id_)
            for name in sorted(_free_names(local(holder), element.text or "") - defined):
                yield place, name

    def _register(self, file: str, model: DecisionModel, findings: Findings) -> None:
        self._files[file] = model
        _report(model.findings, findings)
        for id_ in model.decisions:
            if id_ in self.models:
                findings.add(
                    "decision.duplicate",
                    Place(file=file, element=id_),
                    f"决策标识“{id_}”与 {self.models[id_].file} 重复",
                    f"the decision id {id_!r} is also used by {self.models[id_].file}",
                )
            self.models.setdefault(id_, model)


def _free_names(kind: str, text: str) -> frozenset[str]:
    """The variables an expression of a decision reads; none for texts that are no expressions."""
    if kind not in _EXPRESSIONS or not text.strip():
        return frozenset()
    try:
        found = compile_unary_tests(text) if kind in _TESTS else compiled(text.strip())
    except FeelSyntaxError:
        # Names of several words need what only the decision model knows.
        return frozenset()
    return found.names - found.item_names


_TESTS = frozenset({"inputEntry", "inputValues", "outputValues"})
_EXPRESSIONS = _TESTS | {"inputExpression", "outputEntry", "literalExpression", "defaultOutputEntry"}


def _report(found: tuple[DmnFinding, ...], findings: Findings) -> None:
    for one in found:
        rule = "decision.file" if one.severity is Severity.ERROR else "decision.doubt"
        place = Place(file=one.file, line=one.line, element=one.element)
        zh, en = _position(one)
        findings.add(rule, place, f"{one.rule}{zh}：{one.message_zh}", f"{one.rule}{en}: {one.message_en}")


def _position(one: DmnFinding) -> tuple[str, str]:
    """Decision, row, column and character of a finding, as far as it has them."""
    parts = [
        (one.decision, "决策 {}", "decision {}"),
        (one.row, "第 {} 行", "row {}"),
        (one.column, "第 {} 列", "column {}"),
        (None if one.character is None else one.character + 1, "第 {} 个字符", "character {}"),
    ]
    zh = "，".join(chinese.format(value) for value, chinese, _ in parts if value is not None)
    en = ", ".join(english.format(value) for value, _, english in parts if value is not None)
    return (f"（{zh}）", f" ({en})") if zh else ("", "")
