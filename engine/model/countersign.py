"""The grammar of 会签 countersign rules, and what a rule makes of votes.

The property `bihuan:countersign` of a multi-instance user task holds the rule, optionally with the names of
variables: `all`, `any`, `2` (so many), `60%`, or `veto` (one no decides; otherwise all must vote), then
`vote=agree` (a true/false field of the form) and `result=countersign`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROPERTY = "bihuan:countersign"
_RULE = re.compile(r"(all|any|veto|[1-9]\d{0,3}|[1-9]\d?%|100%)((?:\s+(?:vote|result)=[^\W\d]\w*)*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Countersign:
    """A rule: `needed` votes of `total` members approve; `vote` and `result` are variable names."""

    rule: str
    vote: str = "agree"
    result: str = "countersign"

    def needed(self, total: int) -> int:
        """How many must agree."""
        if self.rule in ("all", "veto"):
            return total
        if self.rule == "any":
            return 1
        if self.rule.endswith("%"):
            return max(1, -(-total * int(self.rule[:-1]) // 100))
        return min(int(self.rule), total)

    def outcome(self, total: int, agree: int, disagree: int) -> str | None:
        """approved or rejected as soon as the remaining votes cannot change it, else None.

        With `veto` all must have voted before it is approved. Somebody who has not voted never counts as
        agreeing.
        """
        if self.rule == "veto":
            if disagree:
                return "rejected"
            return "approved" if agree == total else None
        if agree >= self.needed(total):
            return "approved"
        return "rejected" if total - disagree < self.needed(total) else None


def parse(text: str) -> Countersign | None:
    """Read a rule; None when it is none."""
    match = _RULE.fullmatch(text.strip())
    if match is None:
        return None
    names = dict(part.split("=") for part in match[2].split())
    return Countersign(
        rule=match[1], vote=names.get("vote", "agree"), result=names.get("result", "countersign")
    )
