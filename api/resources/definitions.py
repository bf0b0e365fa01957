"""Deployments and definitions: what processes there are, with their diagrams and forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from flask import request
from flask.views import MethodView

from api.auth import current, requires
from api.blueprint import Blueprint
from api.language import either
from api.resources.cases import diagram_of
from api.schemas import definitions as schemas
from api.service import service
from engine.cases.submissions import Submission
from engine.errors import InvalidInput, NotFound
from engine.model import Finding
from engine.model.definition import Definition, NodeKind
from engine.model.rules import RULES
from engine.store.tables import definitions, deployments

blueprint = Blueprint("definitions", __name__, description="流程 Deployments and definitions.")

_COLUMNS = (
    definitions.c.key,
    definitions.c.name,
    definitions.c.version,
    definitions.c.digest,
    definitions.c.deployed_at,
    deployments.c.actor,
    deployments.c.package,
)


@blueprint.route("/deployments")
class DeploymentsView(MethodView):
    """Deployments."""

    @requires("definitions:read")
    @blueprint.arguments(schemas.SubmissionsQuery, location="query")
    @blueprint.response(200, schemas.SubmissionsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """What was handed in, the latest first."""
        return {"items": service().engine.submissions.all(**query)}

    @requires("definitions:deploy")
    @blueprint.arguments(schemas.DeploySchema, location="form")
    @blueprint.arguments(schemas.FilesSchema, location="files")
    @blueprint.response(201, schemas.SubmittedSchema)
    def post(self, body: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        """Hand in a package of files: it is checked and waits for somebody else to publish it.

        What the checks find is in `findings` of the problem, or beside what was handed in.
        """
        files = _uploaded()
        submission, findings = service().engine.submissions.submit(
            files, actor=current().actor, package=body["package"]
        )
        return {**asdict(submission), "files": sorted(files), "findings": shown(findings)}


@blueprint.route("/deployments/<int(max=2147483647):number>")
class SubmissionView(MethodView):
    """One of them."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.SubmittedSchema)
    def get(self, number: int) -> dict[str, Any]:
        """What was handed in, with what the checks find in it now."""
        kept = service().engine.submissions
        return {
            **asdict(kept.get(number)),
            "files": sorted(kept.files(number)),
            "findings": shown(kept.findings(number)),
        }


@blueprint.route("/deployments/<int(max=2147483647):number>/files/<path:name>")
class SubmittedFileView(MethodView):
    """One file."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DiagramFileSchema)
    def get(self, number: int, name: str) -> dict[str, Any]:
        """A file of what was handed in, as text: for whoever is to publish it."""
        content = service().engine.submissions.files(number).get(name)
        if content is None:
            raise NotFound(code="file.unknown", message_zh="没有这个文件", message_en="there is no such file")
        return {"file": name, "xml": content.decode("utf-8-sig", "replace")}


@blueprint.route("/deployments/<int(max=2147483647):number>/publish")
class PublishView(MethodView):
    """Publishing."""

    @requires("definitions:publish")
    @blueprint.response(201, schemas.DeploymentSchema)
    def post(self, number: int) -> dict[str, Any]:
        """Deploy what somebody else handed in: its definitions become the newest. Refused for one's own."""
        _, found = service().engine.submissions.publish(number, actor=current().actor)
        return {"id": found.id, "definitions": found.definitions, "findings": shown(found.findings)}


@blueprint.route("/deployments/<int(max=2147483647):number>/reject")
class RejectView(MethodView):
    """Rejecting."""

    @requires("definitions:publish")
    @blueprint.arguments(schemas.RejectSchema)
    @blueprint.response(200, schemas.SubmissionSchema)
    def post(self, body: dict[str, Any], number: int) -> Submission:
        """Do not publish what was handed in, and say why; one may take one's own back so."""
        kept = service().engine.submissions
        return kept.reject(number, actor=current().actor, reason=body["reason"])


def shown(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as their schema has them, in the caller's language."""
    return [
        {
            "file": each.file,
            "line": each.line,
            "element": each.element,
            "rule": each.rule,
            "severity": each.severity.value,
            "message": either(each.message_zh, each.message_en),
        }
        for each in findings
    ]


@blueprint.route("/definitions")
class DefinitionsView(MethodView):
    """Definitions."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DefinitionsSchema)
    def get(self) -> dict[str, Any]:
        """The newest version of each process."""
        newest: dict[str, dict[str, Any]] = {}
        for row in _rows():
            newest.setdefault(row["key"], row)
        return {"items": list(newest.values())}


@blueprint.route("/definitions/<string:key>/versions")
class VersionsView(MethodView):
    """Versions."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DefinitionsSchema)
    def get(self, key: str) -> dict[str, Any]:
        """All versions of a process, the newest first."""
        found = _rows(key)
        if not found:
            raise _unknown(key)
        return {"items": found}


@blueprint.route("/definitions/<string:key>/versions/<int(max=2147483647):version>")
class VersionView(MethodView):
    """One version."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DefinitionPageSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """A version of a process with its steps and forms."""
        row = next((row for row in _rows(key) if row["version"] == version), None)
        if row is None:
            raise _unknown(key)
        definition = _definition(key, version)
        starts = [definition.nodes[name] for name in definition.containers[key].starts]
        return {
            **row,
            "start_form": next((node.work.form for node in starts if node.work and node.work.form), None),
            "forms": sorted(definition.forms),
            "steps": {
                node.id: node.name or node.id
                for node in definition.nodes.values()
                if node.kind is NodeKind.USER_TASK
            },
        }


@blueprint.route("/definitions/<string:key>/versions/<int(max=2147483647):version>/diagram")
class VersionDiagramView(MethodView):
    """One diagram."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.DiagramFileSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """The diagram of a version."""
        digest, _ = service().engine.definitions.find(key, version)
        file, xml = diagram_of(digest)
        return {"file": file, "xml": xml}


@blueprint.route("/definitions/<string:key>/versions/<int(max=2147483647):version>/forms/<string:form>")
class FormView(MethodView):
    """One form."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.FormSchema)
    def get(self, key: str, version: int, form: str) -> dict[str, Any]:
        """A form of a version."""
        found = _definition(key, version).forms.get(form)
        if found is None:
            raise NotFound(code="form.unknown", message_zh="没有这张表单", message_en="there is no such form")
        return {"id": found.id, "form": found.schema}


@blueprint.route("/definitions/<string:key>/versions/<int(max=2147483647):version>/files")
class VersionFilesView(MethodView):
    """The files of a version."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.FilesOfSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """The diagram, tables and forms of a version as they were handed in: to compare versions."""
        engine = service().engine
        digest, _ = engine.definitions.find(key, version)
        files = engine.definitions.files(digest)
        return {
            "items": [
                {"name": name, "text": content.decode("utf-8-sig", "replace")}
                for name, content in sorted(files.items())
            ]
        }


@blueprint.route("/model-rules")
class RulesView(MethodView):
    """The rules for a designer's files."""

    @requires("definitions:read")
    @blueprint.response(200, schemas.RulesSchema)
    def get(self) -> dict[str, Any]:
        """What each rule asks for: what to do about a finding."""
        items = [
            {"rule": rule.id, "severity": rule.severity.value, "asks": either(rule.zh, rule.en)}
            for rule in RULES.values()
        ]
        return {"items": items}


@blueprint.route("/deployments/check")
class CheckView(MethodView):
    """Checking."""

    @requires("definitions:deploy")
    @blueprint.arguments(schemas.FilesSchema, location="files")
    @blueprint.response(200, schemas.CheckedSchema)
    def post(self, _: dict[str, Any]) -> dict[str, Any]:
        """Hold a package against the rules without handing it in."""
        return {"findings": shown(service().engine.submissions.check(_uploaded()))}


def _uploaded() -> dict[str, bytes]:
    """The files of the request by name. Raises InvalidInput without any."""
    files = {
        upload.filename or field: upload.read()
        for field, uploads in request.files.lists()
        for upload in uploads
    }
    if not files:
        raise InvalidInput.at("files", message_zh="没有文件", message_en="there are no files")
    return files


def _definition(key: str, version: int) -> Definition:
    engine = service().engine
    digest, _ = engine.definitions.find(key, version)
    found: Definition = engine.definitions.programs.get(digest).definition
    return found


def _rows(key: str | None = None) -> list[dict[str, Any]]:
    query = (
        sa.select(*_COLUMNS)
        .join(deployments, deployments.c.deployment_id == definitions.c.deployment_id)
        .order_by(definitions.c.key, definitions.c.version.desc())
    )
    if key is not None:
        query = query.where(definitions.c.key == key)
    with service().engine.database.reading() as tx:
        rows = [dict(row._mapping) for row in tx.execute(query)]
    known = service().engine.definitions
    digests = [bytes(row["digest"]).hex() for row in rows]
    return [
        {**row, "digest": digest, "is_graded": known.is_graded(digest)}
        for row, digest in zip(rows, digests, strict=True)
    ]


def _unknown(key: str) -> NotFound:
    return NotFound(
        code="definition.unknown",
        message_zh=f"没有部署流程“{key}”或这一版本",
        message_en=f"process “{key}”, or this version of it, is not deployed",
    )
