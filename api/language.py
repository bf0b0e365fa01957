"""In which language a caller is answered."""

from __future__ import annotations

from typing import Literal

from flask import has_request_context, request

from api.auth.caller import signed_in
from engine.errors import Message
from engine.i18n import Language

Code = Literal["zh", "en"]


def language() -> Language:
    """The language of this request: what `Accept-Language` prefers of those spoken, else the caller's own, else Chinese."""
    if not has_request_context():
        return Language.ZH
    for wanted, _ in request.accept_languages:
        spoken = wanted.lower().partition("-")[0]
        if spoken in set(Language):
            return Language(spoken)
    caller = signed_in()
    return Language.ZH if caller is None else Language(caller.locale)


def said(message: Message) -> str:
    """A sentence in the caller's language."""
    return message.zh if language() is Language.ZH else message.en


def either(zh: str | None, en: str | None) -> str | None:
    """The one of two texts that is in the caller's language."""
    return zh if language() is Language.ZH else en
