"""Why a token cannot go on: raised while a node runs, kept in the case as an incident."""

from __future__ import annotations


class NodeFailure(Exception):
    """A node cannot be executed with the data at hand.

    kind: stable id of the incident (`flow.none`, `expression.type`, `step-budget`, ...).
    message_zh, message_en: what a person who repairs it needs to know.
    """

    def __init__(self, kind: str, message_zh: str, message_en: str) -> None:
        super().__init__(message_zh)
        self.kind = kind
        self.message_zh = message_zh
        self.message_en = message_en
