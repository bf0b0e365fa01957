"""`bihuan proof`: signed roots of the proof tree, and proofs that are checked without the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.cases import find_case
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import read_file
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.signing import signing_file
from engine.cli.types import File
from engine.errors import Conflict, InvalidInput, NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.history.statements import Root
    from engine.history.tree import ProofTree


def proof(say: Catalogue) -> Group:
    """The group."""
    group = Group("proof", say, name="proof", params=shared_options(say))
    output = option(say, "proof", "--output", "output", type=File(), metavar="FILE")
    since = option(say, "proof", "--since", "since", type=File(), metavar="FILE")
    trusted = option(say, "proof_check", "--trusted", type=File(), metavar="FILE")
    file = argument("file", "FILE", type=File())
    for name, run, params in (
        ("create-key", _create_key, []),
        ("rotate-key", _rotate_key, []),
        ("append", _append, []),
        ("root", _root, []),
        ("publish", _publish, [file, since]),
        ("inclusion", _inclusion, [argument("case", "CASE"), output]),
        ("consistency", _consistency, [argument("old", "OLD-ROOT"), output]),
        ("check", _check, [file, trusted]),
    ):
        topic = f"proof_{name.replace('-', '_')}"
        made = command(name, say, run, params, topic=topic, of_database=name != "check")
        group.add_command(made)
    return group


def _tree(engine: Engine) -> ProofTree:
    from engine.history.tree import ProofTree

    return ProofTree(engine.database, engine.clock)


def _create_key(desk: Desk) -> None:
    from engine.history.signing import SigningKey

    path = signing_file(desk)
    with desk.engine() as engine:
        known = _tree(engine).public_keys()
    if known and not path.exists():
        raise Conflict(
            code="proof.other_key",
            message_zh=f"已有根由密钥 {known[-1].id} 签名，请从备份恢复它的文件：{path}",
            message_en=f"roots are signed by the key {known[-1].id}: restore its file {path}",
            current={"key": known[-1].id},
        )
    key = SigningKey.create(path)
    _show_key(desk, "proof_create_key.done", key.id, path)


def _rotate_key(desk: Desk) -> None:
    from engine.history.signing import SigningKey

    path = signing_file(desk)
    coming = path.with_name(f"{path.name}.next")
    old = SigningKey.read(path)
    # Found again after an interruption, so that the key the database knows of is never lost.
    new = SigningKey.read(coming) if coming.exists() else SigningKey.create(coming)
    with desk.engine() as engine:
        _tree(engine).rotate(old, new)
    coming.replace(path)
    _show_key(desk, "proof_rotate_key.done", new.id, path)


def _show_key(desk: Desk, done: str, key: str, path: Path) -> None:
    if desk.chosen.is_json:
        desk.screen.json({"key": key, "file": str(path)})
    else:
        desk.screen.remark(desk.say(done, key=key, file=path))


def _append(desk: Desk) -> None:
    from engine.history.signing import SigningKey

    key = SigningKey.read(signing_file(desk))
    root: Root | None = None
    with desk.engine() as engine:
        tree = _tree(engine)
        while (more := tree.append(key)) is not None:
            root = more
    if desk.chosen.is_json:
        desk.screen.json({"root": None if root is None else _root_json(desk, root)})
    elif root is None:
        desk.screen.remark(desk.say("proof_append.nothing"))
    else:
        _show_root(desk, root)


def _root(desk: Desk) -> None:
    with desk.engine() as engine:
        root = _tree(engine).root()
    if desk.chosen.is_json:
        desk.screen.json(_root_json(desk, root))
    else:
        _show_root(desk, root)


def _publish(desk: Desk, file: Path, since: Path | None) -> None:
    from engine.history import bundle

    before = None if since is None else bundle.read(read_file(since)).root.size
    with desk.engine() as engine:
        tree = _tree(engine)
        proved = None if before is None else tree.consistency(before)
        root = tree.root() if proved is None else proved.root
        made = bundle.write(root, tree.public_keys(), consistency=proved)
    _write(file, made)
    if desk.chosen.is_json:
        desk.screen.json({**_root_json(desk, root), "file": str(file)})
    else:
        _show_root(desk, root)


def _inclusion(desk: Desk, case: str, output: Path | None) -> None:
    from engine.history import bundle

    with desk.engine() as engine:
        tree = _tree(engine)
        proved = tree.inclusion(_case(engine, case))
        made = bundle.write(proved.root, tree.public_keys(), inclusion=proved)
    _hand_over(
        desk, made, output, desk.say("proof_inclusion.done", events=proved.leaf.seq, size=proved.root.size)
    )


def _consistency(desk: Desk, old: str, output: Path | None) -> None:
    from engine.history import bundle

    size = int(old) if old.isdecimal() else bundle.read(read_file(Path(old))).root.size
    with desk.engine() as engine:
        tree = _tree(engine)
        proved = tree.consistency(size)
        made = bundle.write(proved.root, tree.public_keys(), consistency=proved)
    _hand_over(desk, made, output, desk.say("proof_consistency.done", before=size, size=proved.root.size))


def _check(desk: Desk, file: Path, trusted: Path | None) -> Exit:
    from engine.history import bundle

    given = bundle.read(read_file(file))
    known = None if trusted is None else bundle.read(read_file(trusted))
    found = bundle.check(given, known)
    says = None if given.included is None else given.included.says
    if desk.chosen.is_json:
        desk.screen.json(
            {
                "holds": not found,
                "root": _root_json(desk, given.root),
                "trusted": known is not None,
                "says": None if says is None else dict(says),
                "before": None if given.before is None else given.before.size,
                "findings": [
                    {
                        "rule": each.rule,
                        "place": each.place,
                        "message_zh": each.message_zh,
                        "message_en": each.message_en,
                    }
                    for each in found
                ],
            }
        )
        return Exit.FOUND if found else Exit.OK
    for each in found:
        desk.screen.line(f"{each.rule} {each.place} {desk.say.of(each)}")
    if found:
        return Exit.FOUND
    say = desk.say
    desk.screen.line(say("proof_check.holds", size=given.root.size, time=desk.time(given.root.signed_at)))
    if says is not None:
        kind = "tombstone" if says.get("is") == "bihuan.tombstone.1" else "head"
        desk.screen.line(say(f"proof_check.{kind}", case=says.get("case"), events=says.get("events")))
    if given.before is not None:
        desk.screen.line(say("proof_check.grew", size=given.before.size))
    if known is None:
        desk.screen.line(say("proof_check.compare", key=given.root.key_id))
    return Exit.OK


def _case(engine: Engine, name: str) -> Any:
    from uuid import UUID

    try:
        return find_case(engine, name)
    except NotFound:
        # A destroyed case is still in the tree, under its whole id.
        try:
            return UUID(name)
        except ValueError:
            pass
        raise


def _hand_over(desk: Desk, made: dict[str, Any], output: Path | None, done: str) -> None:
    if output is None:
        desk.screen.json(made)
        return
    _write(output, made)
    if desk.chosen.is_json:
        desk.screen.json({"file": str(output)})
    else:
        desk.screen.remark(done)


def _write(path: Path, made: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInput.at(
            str(path), message_zh=f"无法写入：{reason}", message_en=f"cannot be written: {reason}"
        ) from None


def _root_json(desk: Desk, root: Root) -> dict[str, Any]:
    return {
        "size": root.size,
        "root": root.root.hex(),
        "signed_at": desk.iso(root.signed_at),
        "key": root.key_id,
        "signature": root.signature.hex(),
    }


def _show_root(desk: Desk, root: Root) -> None:
    desk.screen.line(
        desk.say(
            "proof.root",
            size=root.size,
            root=root.root.hex(),
            time=desk.time(root.signed_at),
            key=root.key_id,
        )
    )
