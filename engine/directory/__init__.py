"""Units, people, roles and stand-ins; who may take a task and who may see a case.

`Directory` keeps the rows and an index of them in memory; `candidates` finds who may act, `scope` who may see.
"""

from engine.directory.candidates import Candidates, Gap, StaffingGap, may_act, resolve, staffing_gaps
from engine.directory.directory import Directory, LoggedChange
from engine.directory.identity import group_name, parse_group
from engine.directory.index import Index, Post
from engine.directory.records import Membership, Person, Substitution, Unit
from engine.directory.vocabulary import Confidentiality, Vocabulary, read_vocabulary

__all__ = [
    "Candidates",
    "Confidentiality",
    "Directory",
    "Gap",
    "Index",
    "LoggedChange",
    "Membership",
    "Person",
    "Post",
    "StaffingGap",
    "Substitution",
    "Unit",
    "Vocabulary",
    "group_name",
    "may_act",
    "parse_group",
    "read_vocabulary",
    "resolve",
    "staffing_gaps",
]
