"""What people have before them: inboxes, lists of cases and search, each within what they may see.

`viewer_of` says once a request who looks and what they may see; `Inbox` reads tasks, `Cases` reads cases, `Tail`
follows what changes. Every query holds the one condition of `engine.directory.scope`; nothing here knows how cases run.
"""

from engine.inbox.boxes import Box, Filters, Sort
from engine.inbox.cases import CaseFilters, CaseRow, Cases, CaseSort
from engine.inbox.feed import Change, Tail, prune
from engine.inbox.inbox import Inbox
from engine.inbox.paging import Page
from engine.inbox.rows import InboxRow
from engine.inbox.viewer import ANYBODY, Viewer, viewer_of

__all__ = [
    "ANYBODY",
    "Box",
    "CaseFilters",
    "CaseRow",
    "CaseSort",
    "Cases",
    "Change",
    "Filters",
    "Inbox",
    "InboxRow",
    "Page",
    "Sort",
    "Tail",
    "Viewer",
    "prune",
    "viewer_of",
]
