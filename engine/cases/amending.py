"""Decision tables and templates of documents, one by one: as they are deployed, and the package with some of them changed.

Who edits where cases go, or how a document reads, need not know the diagrams beside it. What is changed goes the way of
every package: checked, handed in, published by somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from engine.cases.definitions import Definitions
from engine.dmn.table_rows import TableRows, tables, with_rows
from engine.errors import Conflict, NotFound
from engine.model.checks.documents import PROPERTY, samples, template_of
from engine.model.definition import Definition
from engine.store import Database
from engine.store.tables import definitions, deployments
from engine.typesetting import LAYOUT, Sheet, library, set_sheet

TABLES: Final = ".dmn"
TEMPLATES: Final = ".typ"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeployedTable:
    """A decision table of a version. file: of the package."""

    file: str
    table: TableRows


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template of a version. is_own: it is not the one that comes along. steps: names of those that yield it."""

    file: str
    text: str
    is_own: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedTable:
    """Rules to be put in the place of a table's own."""

    file: str
    decision: str
    rows: Sequence[Sequence[str]]


class Amending:
    """The tables and templates of deployed processes, and packages in which some are others."""

    def __init__(self, database: Database, deployed: Definitions) -> None:
        self._database = database
        self._deployed = deployed

    def tables(self, key: str, version: int) -> list[DeployedTable]:
        """The decision tables that a version uses, by file. Raises NotFound."""
        return [
            DeployedTable(file=name, table=table)
            for name, content in sorted(self._files(key, version).items())
            if name.endswith(TABLES)
            for table in tables(content, file=name)
        ]

    def templates(self, key: str, version: int) -> list[Template]:
        """The templates of the documents that a version yields, and their layout. Raises NotFound."""
        files = self._files(key, version)
        steps = self._steps(key, version, files)
        return [
            Template(
                file=name,
                text=content.decode("utf-8-sig", "replace"),
                is_own=content != library().get(name),
                steps=tuple(node for node, _ in steps.get(name, ())),
            )
            for name, content in sorted(files.items())
            if name.endswith(TEMPLATES)
        ]

    def preview(self, key: str, version: int, file: str, text: str) -> bytes:
        """A template filled with samples of the fields that its first step has. Raises NotFound, TemplateFailed."""
        files = self._files(key, version)
        self._known(files, file)
        steps = self._steps(key, version, files)
        # The layout alone prints nothing: it is seen on a document that imports it.
        shown = next(iter(sorted(steps)), file) if file == LAYOUT else file
        fields = steps[shown][0][1] if shown in steps else ()
        templates = {name: content for name, content in files.items() if name.endswith(TEMPLATES)}
        data = next(samples(fields))
        return set_sheet(
            Sheet(templates={**library(), **templates, file: text.encode()}, template=shown, data=data, at=0)
        )

    def amended(
        self,
        key: str,
        version: int,
        changed: Sequence[ChangedTable],
        texts: Mapping[str, str],
    ) -> tuple[str, dict[str, bytes]]:
        """The name and the files of the package a process came in, with these tables and templates changed.

        Raises NotFound for tables and templates the version has not, InvalidInput for rules that are none, Conflict when
        the version is not the newest any more.
        """
        own = self._files(key, version)
        newest = self._deployed.find(key)[1]
        if newest != version:
            raise Conflict(
                code="definition.changed",
                message_zh=f"流程已有第 {newest} 版，请重新打开后再改",
                message_en=f"version {newest} was published meanwhile; open it again",
                current={"version": newest},
            )
        package, files = self._package(key)
        for table in changed:
            self._known(own, table.file)
            files[table.file] = with_rows(
                files[table.file], table.rows, file=table.file, decision=table.decision
            )
        for name, text in texts.items():
            self._known(own, name)
            files[name] = text.encode()
        return package, {name: content for name, content in files.items() if content != library().get(name)}

    def _files(self, key: str, version: int) -> dict[str, bytes]:
        digest, _ = self._deployed.find(key, version)
        return self._deployed.files(digest)

    def _steps(
        self, key: str, version: int, files: Mapping[str, bytes]
    ) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """By template the steps that yield it, each with the fields of its form."""
        digest, _ = self._deployed.find(key, version)
        definition: Definition = self._deployed.programs.get(digest).definition
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for node in definition.nodes.values():
            template = template_of(node.properties[PROPERTY], files) if PROPERTY in node.properties else None
            if template is not None:
                form = None if node.work is None else definition.forms.get(node.work.form or "")
                fields = () if form is None else tuple(form.fields)
                found.setdefault(template, []).append((node.name or node.id, fields))
        return found

    def _known(self, files: Mapping[str, bytes], name: str) -> None:
        if name not in files or not name.endswith((TABLES, TEMPLATES)):
            raise NotFound(
                code="file.unknown", message_zh=f"没有文件“{name}”", message_en=f"there is no file “{name}”"
            )

    def _package(self, key: str) -> tuple[str, dict[str, bytes]]:
        """The package a process came in with the files of all its processes as they are now."""
        newest: dict[str, tuple[bytes, str]] = {}
        query = (
            sa.select(definitions.c.key, definitions.c.digest, deployments.c.package)
            .join(deployments, deployments.c.deployment_id == definitions.c.deployment_id)
            .order_by(definitions.c.version, definitions.c.deployed_at)
        )
        with self._database.reading() as tx:
            for row in tx.execute(query):
                newest[row.key] = (bytes(row.digest), row.package)
        package = newest[key][1]
        # Without a name nothing says which processes belong together.
        digests = [
            digest
            for other, (digest, name) in newest.items()
            if other == key or (package and name == package)
        ]
        files: dict[str, bytes] = {}
        for digest in digests:
            files.update(self._deployed.files(digest.hex()))
        return package, files
