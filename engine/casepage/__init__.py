"""The page of a case as each reader sees it, and the services of what belongs to a case beside its tasks."""

from engine.casepage.bundle import CaseContent, open_content
from engine.casepage.diagram import DiagramState
from engine.casepage.header import CaseHeader
from engine.casepage.page import CasePage, CasePages, CaseStep
from engine.casepage.tasks import OpenTask
from engine.casepage.telling import Told

__all__ = [
    "CaseContent",
    "CaseHeader",
    "CasePage",
    "CasePages",
    "CaseStep",
    "DiagramState",
    "OpenTask",
    "Told",
    "open_content",
]
