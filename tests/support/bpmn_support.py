"""Writes docs/bpmn-support.md from the tests that prove each row: `python -m tests.support.bpmn_support`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from tests.support.catalogue import CHAPTERS, Entry
from tests.support.proof import CLAIMS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "bpmn-support.md"
FOLDER = ROOT / "tests" / "conformance"

INTRODUCTION = """\
# BPMN 2.0 支持范围 / BPMN 2.0 support

本页由测试生成（`python -m tests.support.bpmn_support`），请勿手改。每一行都由所列测试证明：“执行”表示按 BPMN 2.0 执行，
“拒绝”表示部署时按元素标识和行号报告，不会悄悄忽略。

Made from the tests, not by hand. Each row is proven by the tests it names: *executed* means executed as BPMN 2.0
says, *refused* means reported at deployment with element id and line, never ignored in silence.

Extensions are those of Zeebe (see the designer's guide); expressions are FEEL. After each test every case in it is
verified against its log and executed again, with the tree rebuilt from the neutral state after every event and
without pruning, and must come out the same bit for bit.

## 标准留有余地之处 / Where the standard leaves a choice

- A scope that an interrupting event sub-process took over takes no further events; errors thrown while one is handled go
  further out. (As Zeebe does.)
- An error nobody catches, a split without a way out, a condition that is neither true nor false, a mapping or timer that
  cannot be evaluated: an incident at the element, retried after a correction. An escalation nobody catches does nothing.
- A value without output mapping goes to the nearest scope that has its name, else to the process. What an event sub-process
  is started with is its own.
- Signals reach whoever listens when they are thrown: not suspended cases, not those who come later. Messages are kept, until
  they expire, for the one subscription that takes each; a waiting case comes before a start event.
- Cycles count from when a timer was due, not from when it was swept. A repeating timer that interrupts, or is caught in the
  flow, happens once.
- A condition is looked at when its event begins to wait, and when a variable it names (or its `zeebe:conditionalFilter` names)
  changes where the event sees it; not because time passes. What one step changes counts as one change; those that became true
  trigger before anything else runs, outer scopes first. It triggers at once if it holds when its event begins to wait, also
  at the boundary of an activity that takes no time. A non-interrupting one triggers again when the condition was false in
  between. Null is not true; what is neither true nor false is an incident, looked at again when it is retried. The boundary
  of an activity is gone before what the activity hands out is set. At a multi-instance activity the condition sees what is
  visible around the instances.
- A transaction is cancelled as a whole: everything in it, all its instances, ends, and the case goes on behind the cancel
  boundary event. There is no compensation: diagrams that have any are refused.
- `behavior` of multi-instance: the event is thrown, without variables, when an instance completes, before the next one begins
  and before the activity is left; the activity is left once, when all are done or the completion condition holds.
- Several tokens at a join: each incoming flow gives its oldest, the others wait for the next round. A join that can never be
  complete stays open, as BPMN has it.
- A call runs the newest version of a process when it begins and stays with it; running cases keep theirs.
"""


def proofs() -> dict[str, list[tuple[bool, str]]]:
    """For each feature whether it is refused, and the test that says so."""
    for path in sorted(FOLDER.glob("test_*.py")):
        import_module(f"tests.conformance.{path.stem}")
    found: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    for test, claims in sorted(CLAIMS.items()):
        if test.startswith("tests.conformance."):
            for claim in claims:
                found[claim.feature].append((claim.refused, test))
    return dict(found)


def page(found: Mapping[str, list[tuple[bool, str]]]) -> str:
    """The whole page. Raises ValueError for a feature that no entry knows, or one both executed and refused."""
    known = {entry.key for chapter in CHAPTERS for entry in chapter.entries}
    strangers = sorted(feature for feature in found if feature.split("/")[0] not in known)
    if strangers:
        raise ValueError(f"not in the catalogue: {strangers}")
    parts = [INTRODUCTION]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.zh} / {chapter.en}\n")
        parts.append("| 元素 element | 形式 variant | 状态 status | 证明 proven by |\n|---|---|---|---|")
        for entry in chapter.entries:
            parts.extend(_rows(entry, found))
        parts.append("")
    return "\n".join(parts)


def _rows(entry: Entry, found: Mapping[str, list[tuple[bool, str]]]) -> list[str]:
    features = [feature for feature in found if feature.split("/")[0] == entry.key]
    if not features:
        raise ValueError(f"no test says what happens to {entry.key}")
    rows = []
    for feature in sorted(features, key=lambda name: (found[name][0][0], name)):
        states = {refused for refused, _ in found[feature]}
        if len(states) > 1:
            raise ValueError(f"{feature} is said to be executed and refused")
        status = "拒绝 refused" if states == {True} else "执行 executed"
        if entry.key == "drawn":
            status = "说明 drawn only"
        variant = " / ".join(feature.split("/")[1:]) or "—"
        rows.append(f"| {entry.zh} {entry.en} | {variant} | {status} | {_tests(found[feature])} |")
    return rows


def _tests(proven: list[tuple[bool, str]]) -> str:
    links = []
    for _, test in proven:
        module, name = test.split("::")
        file = module.removeprefix("tests.conformance.")
        shown = name.removeprefix("test_").replace("_", " ")
        links.append(f"[{shown}](../tests/conformance/{file}.py)")
    return "; ".join(dict.fromkeys(links))


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(proofs()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
