"""What belongs to a case beside its tasks: comments, attachments, drafts, views, links, as each reader sees them."""

from engine.content.attachments import Attachment, AttachmentRules, Attachments, Download
from engine.content.comments import Comment, Comments
from engine.content.drafts import Drafts, TaskDraft
from engine.content.file import CaseFile
from engine.content.links import KINDS as LINK_KINDS
from engine.content.links import Link, Links
from engine.content.views import BOXES, SavedView, SavedViews

__all__ = [
    "BOXES",
    "LINK_KINDS",
    "Attachment",
    "AttachmentRules",
    "Attachments",
    "CaseFile",
    "Comment",
    "Comments",
    "Download",
    "Drafts",
    "Link",
    "Links",
    "SavedView",
    "SavedViews",
    "TaskDraft",
]
