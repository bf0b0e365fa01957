"""A package: all files of one deployment, read together, all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from engine.model.checks.documents import (
    check_documents,
    check_template_name,
    templates_of,
    with_library,
)
from engine.model.checks.handling import check_handling
from engine.model.checks.privacy import check_privacy
from engine.model.checks.references import check_references, decisions_of
from engine.model.checks.variables import check_variables
from engine.model.decisions import Decisions
from engine.model.definition import Definition, Form, NodeKind
from engine.model.diagrams import ReadProcess, read_diagram
from engine.model.findings import Finding, Findings, ModelErrors, Place
from engine.model.forms import read_form
from engine.model.variables import World

_DEFINITIONS_KEPT = 512
KEPT = 32
"""Packages kept as they were read: to deploy, start, verify and play scenarios the same files are read again and again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """What a set of files holds: its executable processes, in order of file and appearance, and warnings."""

    definitions: tuple[Definition, ...]
    findings: tuple[Finding, ...]


def read_package(files: Mapping[str, bytes], *, known_processes: Collection[str] | None = ()) -> Package:
    """Read, normalise and check all files of a deployment.

    Args:
        files: name (with folders, if any) to bytes; *.bpmn, *.dmn, *.form or *.form.json, *.typ.
        known_processes: keys of processes deployed before, which call activities may name; None for files that
            were checked when they were deployed: a rule that came later does not make them unreadable.

    Raises:
        ModelErrors: with every finding, if any of them is an error, or if stored files cannot be read at all.
    """
    known = None if known_processes is None else frozenset(known_processes)
    return _read(tuple(sorted(files.items())), known)


@lru_cache(maxsize=KEPT)
def _read(named: tuple[tuple[str, bytes], ...], known_processes: frozenset[str] | None) -> Package:
    stored = known_processes is None
    files = dict(named)
    contents = _Contents(files=files if stored else with_library(files))
    for name in sorted(files):
        contents.read(name, files[name])
    contents.decisions.read(contents.findings)
    contents.check(known_processes)
    found = contents.findings.all()
    if contents.findings.has_errors and (known_processes is not None or not contents.processes):
        raise ModelErrors(found)
    try:
        definitions = tuple(contents.definition(process) for process in contents.processes)
    except LookupError:
        # Only stored files that lack a form or decision come here with errors.
        raise ModelErrors(found) from None
    if len(_definitions) > _DEFINITIONS_KEPT:
        _definitions.clear()
    _definitions.update((definition.digest, definition) for definition in definitions)
    return Package(definitions=definitions, findings=found)


_definitions: Final[dict[str, Definition]] = {}
"""Definitions read in this process, by digest."""


def read_before(digest: str, files: Mapping[str, bytes]) -> Definition | None:
    """The definition with this digest, when it was read in this process from just these files.

    A definition is what its files make it, so that deploying and running it need not read them twice.
    """
    found = _definitions.get(digest)
    return found if found is not None and found.resources == files else None


@dataclass(kw_only=True)
class _Contents:
    """The files of one package while they are read."""

    files: Mapping[str, bytes]
    findings: Findings = field(default_factory=Findings)
    processes: list[ReadProcess] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)

    def read(self, name: str, data: bytes) -> None:
        lower = name.lower()
        if lower.endswith(".bpmn"):
            self.processes.extend(read_diagram(data, file=name, findings=self.findings))
        elif lower.endswith(".dmn"):
            self.decisions.add(name, data)
        elif lower.endswith((".form", ".form.json")):
            self._read_form(name, data)
        elif lower.endswith(".typ"):
            check_template_name(name, self.findings)
        else:
            self.findings.add(
                "file.ending",
                Place(file=name),
                "不认识这种文件：须是 .bpmn、.dmn、.form、.form.json 或 .typ",
                "unknown kind of file: it must be .bpmn, .dmn, .form, .form.json or .typ",
            )

    def _read_form(self, name: str, data: bytes) -> None:
        form = read_form(data, file=name, findings=self.findings)
        if form is None:
            return
        if form.id in self.forms:
            self.findings.add(
                "form.id",
                Place(file=name, element=form.id),
                f"表单标识“{form.id}”与 {self.forms[form.id].file} 重复",
                f"the form id {form.id!r} is also used by {self.forms[form.id].file}",
            )
        self.forms.setdefault(form.id, form)

    def check(self, known_processes: Collection[str] | None) -> None:
        seen: dict[str, ReadProcess] = {}
        for process in self.processes:
            key = process.draft.key
            if key in seen:
                process.draft.report(
                    "process.duplicate",
                    key,
                    f"流程标识“{key}”与 {seen[key].draft.file} 重复",
                    f"the process id {key!r} is also used in {seen[key].draft.file}",
                )
            seen.setdefault(key, process)
        nodes = (node for process in self.processes for node in process.draft.nodes.values())
        tasks = {node.id for node in nodes if node.kind is NodeKind.USER_TASK}
        known = None if known_processes is None else {*seen, *known_processes}
        for process in self.processes:
            check_references(process.draft, self.forms, self.decisions.models, known)
            check_handling(process.draft, None if known is None else tasks)
            check_privacy(process.draft, process.uses, self.forms, self.decisions)
            if known is not None:
                check_documents(process.draft, self.forms, self.files)
        if known is not None:
            drafts = {key: process.draft for key, process in seen.items()}
            world = World(drafts=drafts, forms=self.forms, decisions=self.decisions, files=self.files)
            for process in self.processes:
                check_variables(process.draft, process.uses, world)

    def definition(self, process: ReadProcess) -> Definition:
        draft = process.draft
        nodes = draft.nodes.values()
        forms = {node.work.form: self.forms[node.work.form] for node in nodes if node.work and node.work.form}
        decisions = {id_: self.decisions.models[id_] for node in nodes for id_ in decisions_of(node)}
        used = {
            draft.file,
            *(form.file for form in forms.values()),
            *(file for id_ in decisions for file in self.decisions.files_of(id_)),
            *templates_of(nodes, self.files),
        }
        resources = {name: self.files[name] for name in sorted(used)}
        return Definition(
            key=draft.key,
            name=draft.name,
            digest=digest(draft.key, resources),
            file=draft.file,
            version_tag=draft.version_tag,
            containers=process.containers,
            nodes=draft.nodes,
            flows=draft.flows,
            forms=forms,
            decisions=decisions,
            resources=resources,
            properties=draft.properties,
        )


def digest(key: str, resources: Mapping[str, bytes]) -> str:
    """The hex SHA-256 that addresses a definition: over its key and the names and digests of its files."""
    manifest = {
        "files": [[name, hashlib.sha256(resources[name]).hexdigest()] for name in sorted(resources)],
        "key": key,
    }
    data = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()
