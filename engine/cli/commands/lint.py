"""`bihuan lint`: hold a designer's files against the rules, without deploying them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import package_files
from engine.cli.grammar import Command
from engine.cli.types import File
from engine.i18n import Catalogue
from engine.model import Finding, ModelErrors, Severity, read_package


def lint(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("paths", "PATH...", nargs=-1, required=True, type=File()),
        option(say, "lint", "--known", multiple=True, metavar="KEY"),
    ]
    return command("lint", say, _run, params, of_database=False)


def _run(desk: Desk, paths: tuple[Path, ...], known: tuple[str, ...]) -> Exit:
    findings = check(package_files(paths), known)
    found = counted(findings)
    if desk.chosen.is_json:
        desk.screen.json(found)
    else:
        show_findings(desk, findings)
        desk.screen.remark(desk.say("lint.done", errors=found["errors"], warnings=found["warnings"]))
    return Exit.FOUND if found["errors"] else Exit.OK


def check(files: dict[str, bytes], known: Sequence[str] = ()) -> tuple[Finding, ...]:
    """All findings of a package. known: keys of processes deployed elsewhere, which its calls may name."""
    try:
        return read_package(files, known_processes=known).findings
    except ModelErrors as errors:
        return errors.findings


def counted(findings: Iterable[Finding]) -> dict[str, Any]:
    """Findings for programs, with their counts."""
    listed = list(findings)
    errors = sum(finding.severity is Severity.ERROR for finding in listed)
    return {
        "errors": errors,
        "warnings": len(listed) - errors,
        "findings": [finding_json(finding) for finding in listed],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding for programs."""
    return {
        "file": finding.file,
        "line": finding.line,
        "element": finding.element,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
    }


def show_findings(desk: Desk, findings: Iterable[Finding]) -> None:
    """One line each: file and line as editors understand them, then what is wrong."""
    for finding in findings:
        element = f" [{finding.element}]" if finding.element else ""
        severity = desk.say(f"severity.{finding.severity.value}")
        desk.screen.line(
            f"{finding.file}:{finding.line}:{element} {severity} {finding.rule}: {desk.say.of(finding)}"
        )
