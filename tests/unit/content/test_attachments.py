"""Attachments: streamed, typed, sealed, hashed, scanned, hidden and never deleted."""

from __future__ import annotations

import hashlib
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.content.attachments import AttachmentRules
from engine.content.filetypes import TYPES
from engine.errors import InvalidInput, LimitExceeded, NotFound, Refusal
from engine.history import Replayer, Verifier
from engine.vault import Damaged, Erased
from tests.unit.content.world import World, build

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 600
DAY = 86_400_000_000


def pieces(content: bytes, size: int = 10_000) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs").glob("*/*") if path.is_file()]


def test_a_file_comes_back_as_it_was_and_lies_sealed(every_world: World, tmp_path: Path) -> None:
    world = every_world
    number = world.content.attachments.add(world.as_("li"), world.case, "C:\\照片\\现场.png", pieces(PNG)).seq
    download = world.content.attachments.open(world.as_("qian"), world.case, number)
    assert b"".join(download.chunks) == PNG
    found = download.attachment
    assert (found.name, found.content_type, found.size, found.inline) == (
        "现场.png",
        "image/png",
        len(PNG),
        True,
    )
    assert found.sha256 == hashlib.sha256(PNG).hexdigest()
    (blob,) = stored(tmp_path)
    assert b"IHDR" not in blob.read_bytes()
    attached = [
        event.open() for event in world.engine.queries.events(world.case) if event.head.kind == "attach"
    ]
    assert attached[0].input["sha256"] == found.sha256
    assert "现场" not in str(attached[0].input)
    assert Verifier(world.engine).verify(world.case).is_sound
    assert Replayer(world.engine).replay(world.case).is_sound


def test_opening_a_file_is_in_the_access_log(every_world: World) -> None:
    world = every_world
    number = world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG]).seq
    world.content.attachments.open(world.as_("qian", request="r-7"), world.case, number)
    (line,) = world.content.access.page(person="qian")
    assert (line.fields, line.basis, line.request) == ((f"attachments[{number}]",), "role", "r-7")


@pytest.mark.parametrize("position", [0, 5, 40, -1])
def test_a_changed_file_is_never_given_out_whole(world: World, tmp_path: Path, position: int) -> None:
    number = world.content.attachments.add(world.as_("li"), world.case, "a.png", pieces(PNG)).seq
    (blob,) = stored(tmp_path)
    content = bytearray(blob.read_bytes())
    content[position] ^= 1
    blob.write_bytes(content)
    download = world.content.attachments.open(world.as_("li"), world.case, number)
    with pytest.raises(Damaged):
        b"".join(download.chunks)


def test_a_cut_file_is_never_given_out_whole(world: World, tmp_path: Path) -> None:
    number = world.content.attachments.add(world.as_("li"), world.case, "a.png", pieces(PNG)).seq
    (blob,) = stored(tmp_path)
    blob.write_bytes(blob.read_bytes()[: 1 + 16 + 64 * 1024 + 16])
    with pytest.raises(Damaged):
        b"".join(world.content.attachments.open(world.as_("li"), world.case, number).chunks)


def test_an_erased_key_erases_the_file(world: World) -> None:
    number = world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG]).seq
    world.engine.erasure.erase(world.case, actor="worker", ground="job 1")
    with pytest.raises(Erased):
        world.content.attachments.open(world.as_("li"), world.case, number)
    assert Verifier(world.engine).verify(world.case).is_sound


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<!DOCTYPE html><script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.exe", b"MZ\x90\x00" + bytes(50)),
        ("a.png", b"<!DOCTYPE html><script>"),
        ("a.jpg", PNG),
        ("a.docx", b"PK\x03\x04" + b"evil.exe" * 20),
        ("a.txt", b"a\x00b"),
        ("a", PNG),
        ("a.png", b""),
        ("\x07.png/", PNG),
    ],
)
def test_what_is_not_accepted_leaves_nothing_behind(
    world: World, tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.content.attachments.add(world.as_("li"), world.case, name, [content])
    assert "file" in caught.value.fields
    assert stored(tmp_path) == []


def test_texts_of_both_encodings_are_accepted(world: World) -> None:
    for encoding in ("utf-8", "gb18030"):
        text = "调解笔录\n".encode(encoding) * 20_000
        number = world.content.attachments.add(world.as_("li"), world.case, "笔录.txt", pieces(text, 997)).seq
        assert b"".join(world.content.attachments.open(world.as_("li"), world.case, number).chunks) == text


def test_a_file_too_large_is_stopped_on_its_way_in(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, rules=AttachmentRules(max_bytes=100_000))
    passed = []

    def endless() -> Iterator[bytes]:
        yield PNG[:50_000]
        while True:
            passed.append(1)
            yield bytes(50_000)

    with pytest.raises(LimitExceeded):
        world.content.attachments.add(world.as_("li"), world.case, "a.png", endless())
    assert len(passed) < 5
    assert stored(tmp_path) == []
    world.engine.close()


def test_there_are_only_so_many_files_to_a_case(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, rules=AttachmentRules(most=1, types=frozenset({"png"})))
    world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG])
    with pytest.raises(LimitExceeded):
        world.content.attachments.add(world.as_("li"), world.case, "b.png", [PNG])
    world.engine.close()


def test_an_operator_may_allow_fewer_types(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, rules=AttachmentRules(types=frozenset({"png"})))
    with pytest.raises(InvalidInput):
        world.content.attachments.add(world.as_("li"), world.case, "b.pdf", [b"%PDF-1.7\n" * 9])
    world.engine.close()


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path)
    size = 40 * 1024 * 1024

    def large() -> Iterator[bytes]:
        yield PNG
        for _ in range(size // 65_536):
            yield bytes(65_536)

    tracemalloc.start()
    try:
        number = world.content.attachments.add(world.as_("li"), world.case, "a.png", large()).seq
        download = world.content.attachments.open(world.as_("li"), world.case, number)
        assert sum(len(chunk) for chunk in download.chunks) == size + len(PNG)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
    world.engine.close()


def test_a_foreign_file_does_not_exist(world: World) -> None:
    number = world.content.attachments.add(
        world.as_("wang"), world.case, "a.png", [PNG], audience="mediators"
    ).seq
    for person in ("chen", "qian", "sun"):
        with pytest.raises(NotFound):
            world.content.attachments.open(world.as_(person), world.case, number)
    assert [each.name for each in world.content.attachments.of(world.as_("zhao"), world.case)] == ["a.png"]
    with pytest.raises(NotFound):
        world.content.attachments.add(world.as_("chen"), world.case, "a.png", [PNG])


def test_who_only_reads_gives_a_reason_first(world: World) -> None:
    number = world.content.attachments.add(world.as_("li"), world.case, "张三证件.png", [PNG]).seq
    (shown,) = world.content.attachments.of(world.as_("shen"), world.case)
    assert shown.is_masked
    assert "张三" not in shown.name
    with pytest.raises(Refusal):
        world.content.attachments.open(world.as_("shen"), world.case, number)
    world.content.unmasking.unmask(world.as_("shen"), world.case, "核查投诉件办理情况")
    assert b"".join(world.content.attachments.open(world.as_("shen"), world.case, number).chunks) == PNG


def test_taking_a_file_off_hides_it_and_keeps_it(world: World, tmp_path: Path) -> None:
    attachments = world.content.attachments
    number = attachments.add(world.as_("li"), world.case, "a.png", [PNG]).seq
    with pytest.raises(Refusal):
        attachments.hide(world.as_("qian"), world.case, number, "传错了")
    with pytest.raises(InvalidInput):
        attachments.hide(world.as_("li"), world.case, number, " ")
    attachments.hide(world.as_("li"), world.case, number, "传错了", idempotency_key="k")
    assert attachments.hide(world.as_("li"), world.case, number, "传错了", idempotency_key="k").repeated
    assert attachments.of(world.as_("li"), world.case) == []
    assert [each.hidden for each in attachments.of(world.as_("li"), world.case, hidden=True)] == [True]
    assert len(stored(tmp_path)) == 1
    with pytest.raises(NotFound):
        attachments.hide(world.as_("li"), world.case, number, "再撤一次")
    assert Replayer(world.engine).replay(world.case).is_sound


def test_the_same_upload_again_is_one_attachment_and_one_blob(world: World, tmp_path: Path) -> None:
    for _ in range(2):
        world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG], idempotency_key="k")
    assert len(world.content.attachments.of(world.as_("li"), world.case)) == 1
    assert len(stored(tmp_path)) == 1


def test_only_orphans_past_their_time_are_swept(every_world: World, tmp_path: Path) -> None:
    world = every_world
    world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG])
    store = world.content.attachments._blobs
    store.put("ab" * 16, [b"orphan"])
    later = max(path.stat().st_mtime_ns for path in stored(tmp_path)) // 1_000 + 1_000_000
    assert world.content.attachments.sweep(later) == 0
    assert world.content.attachments.sweep(later + DAY) == 1
    assert len(stored(tmp_path)) == 1


class Clamd:
    """Enough of clamd: INSTREAM, and a signature that any file may hold."""

    def __init__(self, folder: Path, *, answer: bytes | None = None) -> None:
        self.path = str(folder / "clamd.sock")
        self.seen = b""
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(1)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._listener:
            connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := int.from_bytes(stream.read(4), "big"):
                self.seen += stream.read(length)
            found = b"stream: Test FOUND\0" if b"EICAR" in self.seen else b"stream: OK\0"
            connection.sendall(found if self._answer is None else self._answer)


def test_clamd_sees_every_byte_of_a_clean_file(tmp_path: Path) -> None:
    clamd = Clamd(tmp_path)
    world = build("sqlite://", tmp_path, scanner=f"clamd://{clamd.path}")
    world.content.attachments.add(world.as_("li"), world.case, "a.png", pieces(PNG))
    assert clamd.seen == PNG
    world.engine.close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "invalid_input"),
        (b"INSTREAM size limit exceeded. ERROR\0", "attachment.scan"),
        (b"", "attachment.scan"),
    ],
)
def test_a_file_that_is_not_known_to_be_clean_is_not_kept(
    tmp_path: Path, answer: bytes | None, code: str
) -> None:
    clamd = Clamd(tmp_path, answer=answer)
    world = build("sqlite://", tmp_path, scanner=f"clamd://{clamd.path}")
    with pytest.raises(Exception, match=r"病毒") as caught:
        world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG + b"EICAR"])
    assert getattr(caught.value, "code", "") == code
    assert stored(tmp_path) == []
    world.engine.close()


def test_a_scanner_that_is_not_there_lets_nothing_in(tmp_path: Path) -> None:
    world = build("sqlite://", tmp_path, scanner=f"clamd://{tmp_path}/none.sock")
    with pytest.raises(Exception, match=r"扫描不可用"):
        world.content.attachments.add(world.as_("li"), world.case, "a.png", [PNG])
    world.engine.close()


@pytest.mark.parametrize(
    ("command", "accepted"),
    [("cat", True), ("sh -c 'cat >/dev/null; exit 1'", False), ("sh -c 'exit 3'", False)],
)
def test_a_command_may_scan(tmp_path: Path, command: str, accepted: bool) -> None:
    world = build("sqlite://", tmp_path, scanner=f"command:{command}")
    if accepted:
        world.content.attachments.add(world.as_("li"), world.case, "a.png", pieces(PNG))
    else:
        with pytest.raises(Exception, match=r"病毒"):
            world.content.attachments.add(world.as_("li"), world.case, "a.png", pieces(PNG))
    assert len(stored(tmp_path)) == accepted
    world.engine.close()


def test_a_scanner_is_an_address_or_a_command(tmp_path: Path) -> None:
    for setting in ("http://x", "command:", "clamd://"):
        with pytest.raises(InvalidInput):
            build("sqlite://", tmp_path, scanner=setting)


def test_nothing_that_runs_is_on_the_list() -> None:
    assert not TYPES.keys() & {"html", "htm", "svg", "xml", "js", "exe", "zip", "docm", "xlsm", "rar", "sh"}
