"""`bihuan document`: the documents of a case, made, saved and signed; its dossier, sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.cases import find_case
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk, actor
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.outcomes import show_outcome
from engine.cli.shipped import settings_folder
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.casepage import CaseContent
    from engine.documents import Document, Dossier
    from engine.facade import Engine
    from engine.privacy import Reader


def document(say: Catalogue) -> Group:
    """The group."""
    import click

    group = Group("document", say, name="document", params=shared_options(say))
    case = argument("case", "CASE")
    number = argument("number", "NUMBER", type=click.IntRange(min=1))
    file = argument("file", "FILE", type=click.Path(dir_okay=False, path_type=Path))
    who = option(say, "document", "--actor", default=actor)
    for name, run, params in (
        ("list", _list, [case]),
        ("make", _make, [case, number, option(say, "document", "--reason", metavar="TEXT", default=""), who]),
        ("save", _save, [case, number, file, _version(say), who]),
        (
            "sign",
            _sign,
            [case, number, option(say, "document", "--sha256", metavar="HEX", required=True), who],
        ),
        ("seal", _seal, [case, who]),
    ):
        group.add_command(command(name, say, run, params, topic=f"document_{name}"))
    return group


def _version(say: Catalogue) -> Any:
    import click

    return option(say, "document", "--version", type=click.IntRange(min=1), metavar="N")


@contextmanager
def _opened(desk: Desk, actor: str) -> Iterator[tuple[Engine, CaseContent, Reader]]:
    from engine.casepage import open_content
    from engine.directory.scope import everything
    from engine.privacy import Reader
    from engine.settings import ServiceSettings

    with desk.engine() as engine:
        content = open_content(engine, settings_folder(), Path(ServiceSettings.read().data))
        # Whoever has the database sees that there are cases; what is personal in them is masked as ever.
        index = None if engine.directory is None else engine.directory.index
        yield engine, content, Reader(person=actor, at=engine.clock(), index=index, scope=everything(actor))


def _list(desk: Desk, case: str) -> None:
    with _opened(desk, actor()) as (engine, content, reader):
        found, dossier = content.documents.of(reader, find_case(engine, case))
    if desk.chosen.is_json:
        desk.screen.json(
            {"documents": [_json(desk, each) for each in found], "dossier": _sealed(desk, dossier)}
        )
        return
    if found:
        names = ("id", "name", "state", "number", "version", "signers")
        heads = [desk.say(f"document_list.column_{name}") for name in names]
        desk.screen.table(heads, [_line(desk, each) for each in found])
    desk.screen.remark(desk.say("document_list.all", count=len(found)))
    if dossier is not None:
        desk.screen.remark(desk.say("document_list.sealed", number=dossier.number, count=dossier.entries))


def _make(desk: Desk, case: str, number: int, reason: str, actor: str) -> None:
    with _opened(desk, actor) as (engine, content, reader):
        outcome = content.documents.make(reader, find_case(engine, case), number, reason=reason)
        show_outcome(desk, engine, outcome, "document_make.done")


def _save(desk: Desk, case: str, number: int, file: Path, version: int | None, actor: str) -> None:
    with _opened(desk, actor) as (engine, content, reader):
        opened = content.documents.open(reader, find_case(engine, case), number, version)
    file.write_bytes(opened.pdf)
    if desk.chosen.is_json:
        desk.screen.json({"file": str(file), "bytes": len(opened.pdf), "masked": opened.masked})
        return
    told = "document_save.masked" if opened.masked else "document_save.done"
    desk.screen.remark(desk.say(told, file=file))


def _sign(desk: Desk, case: str, number: int, sha256: str, actor: str) -> None:
    with _opened(desk, actor) as (engine, content, reader):
        outcome = content.documents.sign(reader, find_case(engine, case), number, sha256)
        show_outcome(desk, engine, outcome, "document_sign.done")


def _seal(desk: Desk, case: str, actor: str) -> None:
    with _opened(desk, actor) as (engine, content, reader):
        outcome = content.dossiers.seal(reader, find_case(engine, case))
        show_outcome(desk, engine, outcome, "document_seal.done")


def _line(desk: Desk, each: Document) -> tuple[object, ...]:
    last = each.versions[-1] if each.versions else None
    signers = "" if last is None else "、".join(signed.name for signed in last.signatures)
    state = desk.say(f"document_list.{each.state}")
    return each.id, each.name, state, each.number, "" if last is None else last.number, signers


def _json(desk: Desk, each: Document) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "number": each.number,
        "state": each.state,
        "step": each.step,
        "at": desk.iso(each.at),
        "versions": [
            {
                "number": version.number,
                "seq": version.seq,
                "sha256": version.sha256,
                "pages": version.pages,
                "signers": [signed.name for signed in version.signatures],
            }
            for version in each.versions
        ],
    }


def _sealed(desk: Desk, dossier: Dossier | None) -> dict[str, Any] | None:
    if dossier is None:
        return None
    return {
        "number": dossier.number,
        "version": dossier.version,
        "holds": dossier.holds,
        "at": desk.iso(dossier.at),
        "entries": dossier.entries,
        "sha256": dossier.sha256,
        "log_seq": dossier.log_seq,
        "log_head": dossier.log_head,
    }
