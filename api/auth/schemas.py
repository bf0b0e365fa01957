"""What the endpoints of signing in and of accounts take and give."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from api.schemas.base import Input, Output, Query, described, moment
from api.schemas.base import word as short
from engine.accounts.account import ACCOUNT_ROLES
from engine.accounts.scopes import SCOPES
from engine.accounts.tokens import LONGEST_DAYS

_SECRET: Final = {"format": "password"}
_LONGEST_SECRET: Final = 256


def _secret(text: str, example: str) -> fields.Field[str]:
    length = ma.validate.Length(1, _LONGEST_SECRET)
    found: fields.Field[str] = described(
        fields.String, text, example, required=True, load_only=True, validate=length, more=_SECRET
    )
    return found


def _many(text: str, words: list[str], example: list[str], **settings: Any) -> fields.Field[list[str]]:
    one = fields.String(validate=ma.validate.OneOf(words))
    found: fields.Field[list[str]] = described(
        fields.List, text, example, cls_or_instance=one, validate=ma.validate.Length(max=100), **settings
    )
    return found


class LoginInput(Input):
    """A name and a password."""

    login = described(
        fields.String,
        "The account's name; case does not matter.",
        "zhang.wei",
        required=True,
        validate=ma.validate.Length(1, _LONGEST_SECRET),
    )
    password = _secret("The password.", "correct horse battery staple")


class LogoutInput(Input):
    """Which sessions end."""

    everywhere = described(
        fields.Boolean, "End all sessions of the account, not only this one.", False, load_default=False
    )


class PasswordInput(Input):
    """A change of one's own password."""

    old_password = _secret("The present password.", "k7fxm-2hwqe-9tnpa-c4rdz")
    new_password = _secret("The new one: long enough, not common, not the login.", "an evening by the lake 9")


class PostOutput(Output):
    """A role in a unit."""

    unit = described(fields.String, "The unit's code.", "town-01")
    unit_name = described(fields.String, "The unit's name.", "临河镇")
    role = described(fields.String, "The role's code.", "town_centre")
    role_name = described(fields.String, "The role's name in the caller's language.", "综治专员")


class StandInOutput(Output):
    """Whom the caller stands in for now (代理)."""

    person = described(fields.String, "The absent person's id, for `Bihuan-On-Behalf-Of`.", "p-102")
    name = described(fields.String, "Their name.", "李娜")
    role = described(fields.String, "In which role; `*` for all that handle cases.", "*")
    until = moment("Until when.", allow_none=True)
    reason = described(fields.String, "Why.", "休假")


class SessionOutput(Output):
    """A browser's session."""

    id = described(fields.String, "Names the session; opens nothing.", "Q2hhbmdlIG1lIQ")
    created_at = moment("When it began.")
    seen_at = moment("When it was last used, to the minute.")
    expires_at = moment("When it ends in any case.")
    address = described(fields.String, "From which address it began.", "10.1.2.3")
    agent = described(fields.String, "In which browser.", "Mozilla/5.0")
    current = described(fields.Boolean, "Whether it is the one that asks.", True)


class MeOutput(Output):
    """The caller."""

    kind = described(fields.String, "`user` or `client` (a machine with a token).", "user")
    account = described(fields.String, "The account's or token's id.", "019aa000-0000-7000-8000-000000000000")
    login = described(fields.String, "Its name.", "zhang.wei")
    person = described(fields.String, "Whose it is, of the directory.", "p-101", allow_none=True)
    name = described(fields.String, "Their name; the login where there is no person.", "张伟")
    posts = fields.List(
        fields.Nested(PostOutput), metadata={"description": "The roles they have in units now."}
    )
    account_roles = described(
        fields.List, "Roles of the account itself.", ["admin"], cls_or_instance=fields.String()
    )
    permissions = described(
        fields.List, "The scopes the caller has.", ["tasks:read"], cls_or_instance=fields.String()
    )
    stands_in_for = fields.List(
        fields.Nested(StandInOutput), metadata={"description": "Whom they stand in for now."}
    )
    on_behalf_of = described(fields.String, "For whom this request was made.", "p-102", allow_none=True)
    must_change_password = described(
        fields.Boolean, "Whether nothing is open but changing the one-time password.", False
    )
    locale = described(fields.String, "The language chosen; null: the browser's.", "zh", allow_none=True)
    csrf_token = described(
        fields.String,
        "What requests that change something carry as `X-CSRF-Token`; null for machines.",
        "rT3y…",
        allow_none=True,
    )
    expires_at = moment("When the session ends if nothing is asked any more.", allow_none=True)


class SignedInOutput(Output):
    """Who is signed in, if anybody is."""

    me = fields.Nested(
        MeOutput, allow_none=True, metadata={"description": "The caller; null: nobody is signed in."}
    )


class ProviderOutput(Output):
    """An organisation one may sign in with."""

    name = described(fields.String, "Its name in addresses.", "county")
    title = described(fields.String, "What stands on the button.", "县统一身份认证")
    start = described(fields.String, "Where the browser goes.", "/api/v1/auth/oidc/county/start")


class StartQuery(Query):
    """Where to go after signing in."""

    next = described(
        fields.String,
        "A path on this host.",
        "/inbox",
        load_default="/",
        validate=ma.validate.Length(max=500),
    )


class CallbackQuery(Query):
    """What the organisation sends along."""

    state = described(
        fields.String, "As sent there.", "s3cr3t", load_default="", validate=ma.validate.Length(max=500)
    )
    code = described(
        fields.String, "To be exchanged.", "a1b2", load_default="", validate=ma.validate.Length(max=2_000)
    )
    error = described(
        fields.String, "Why not.", "access_denied", load_default="", validate=ma.validate.Length(max=200)
    )


class AccountOutput(Output):
    """An account."""

    id = described(fields.String, "Its id.", "019aa000-0000-7000-8000-000000000000")
    login = described(fields.String, "Its name.", "zhang.wei")
    person = described(fields.String, "Whose it is, of the directory.", "p-101", allow_none=True)
    roles = described(
        fields.List, "Roles of the account itself.", ["auditor"], cls_or_instance=fields.String()
    )
    active = described(fields.Boolean, "Whether it may sign in.", True)
    must_change_password = described(fields.Boolean, "Whether it still has a one-time password.", False)
    has_password = described(fields.Boolean, "Whether it may sign in here; else only elsewhere.", True)
    locale = described(fields.String, "The language chosen.", "zh", allow_none=True)
    created_at = moment("When it was opened.")
    created_by = described(fields.String, "By whom.", "admin")


class OpenedOutput(AccountOutput):
    """An account with its one-time password, told this once."""

    password = described(
        fields.String,
        "The one-time password, to be changed at the first sign-in; null where it signs in elsewhere.",
        "k7fxm-2hwqe-9tnpa-c4rdz",
        allow_none=True,
    )


class AccountInput(Input):
    """An account to open."""

    login = short("Its name: 2 to 64 letters, digits or . @ + - _.", "zhang.wei", required=True, longest=64)
    person = short("Whose it is, of the directory.", "p-101", load_default=None, allow_none=True, longest=64)
    roles = _many("Roles of the account itself.", sorted(ACCOUNT_ROLES), ["auditor"], load_default=list)
    with_password = described(
        fields.Boolean,
        "Give it a one-time password; false: it signs in elsewhere only.",
        True,
        load_default=True,
    )


class AccountChange(Input):
    """What is to be different about an account; what is left out stays."""

    active = described(fields.Boolean, "Whether it may sign in.", False)
    person = short("Whose it is.", "p-101", allow_none=True, longest=64)
    roles = _many("Roles of the account itself.", sorted(ACCOUNT_ROLES), ["designer"])
    locale = described(
        fields.String, "Its language.", "zh", allow_none=True, validate=ma.validate.OneOf(["zh", "en"])
    )


class IdentityInput(Input):
    """An identity of another organisation."""

    provider = short("The organisation's name in the settings.", "county", required=True, longest=64)
    subject = short("Under which `sub` it knows the person.", "248289761001", required=True, longest=255)


class ListQuery(Query):
    """A part of a list."""

    cursor = described(
        fields.String, "`next` of the page before.", load_default="", validate=ma.validate.Length(max=200)
    )
    limit = described(
        fields.Integer,
        "How many at most.",
        50,
        load_default=50,
        validate=ma.validate.Range(1, 500),
    )


class AccountPage(Output):
    """Accounts in order of their names."""

    items = fields.List(fields.Nested(AccountOutput), metadata={"description": "The accounts."})
    next = described(
        fields.String, "Where the next page begins; null: this is the last.", "zhang.wei", allow_none=True
    )


class TokenOutput(Output):
    """A machine's token."""

    id = described(fields.String, "Its id.", "019aa000-0000-7000-8000-000000000000")
    name = described(fields.String, "What it is for.", "SMS gateway")
    prefix = described(fields.String, "By which people recognise it.", "bihuan_Ab3xYz")
    scopes = described(fields.List, "What it may ask for.", ["jobs:work"], cls_or_instance=fields.String())
    person = described(fields.String, "With whose eyes it sees cases.", "p-900", allow_none=True)
    created_at = moment("When it was made.")
    created_by = described(fields.String, "By whom.", "admin")
    expires_at = moment("Until when it holds.")
    used_at = moment("When it was last used, to the minute.", allow_none=True)
    revoked_at = moment("When it was revoked.", allow_none=True)
    revoked_by = described(fields.String, "By whom.", "admin", allow_none=True)


class MadeTokenOutput(TokenOutput):
    """A token with its secret, told this once."""

    secret = described(fields.String, "To be sent as `Authorization: Bearer …`.", "bihuan_Ab3xYz…")


class TokenInput(Input):
    """A token to make."""

    name = short("What it is for.", "SMS gateway", required=True, longest=80)
    scopes = _many("What it may ask for.", list(SCOPES), ["jobs:work"], required=True)
    days = described(
        fields.Integer, "How many days it holds.", 90, load_default=90, strict=True,
        validate=ma.validate.Range(1, LONGEST_DAYS),
    )  # fmt: skip
    person = short(
        "With whose eyes it sees cases; without one it sees none.", "p-900", load_default=None, allow_none=True,
        longest=64,
    )  # fmt: skip


class ScopeOutput(Output):
    """A scope."""

    scope = described(fields.String, "Its name.", "jobs:work")
    title = described(fields.String, "What it allows, in the caller's language.", "领取并办理作业")


class ScopesOutput(Output):
    """What a token can be allowed."""

    items = fields.List(fields.Nested(ScopeOutput), metadata={"description": "The scopes."})


class TokenPage(Output):
    """Tokens in the order they were made in."""

    items = fields.List(fields.Nested(TokenOutput), metadata={"description": "The tokens."})
    next = described(fields.String, "Where the next page begins.", "019aa000-…", allow_none=True)


class SecurityEventOutput(Output):
    """A line of the security log."""

    id = described(fields.String, "Its id; ids sort by time.", "019aa000-0000-7000-8000-000000000000")
    at = moment("When.")
    kind = described(fields.String, "What happened.", "sign-in")
    account = described(
        fields.String, "Of which account.", "019aa000-0000-7000-8000-000000000000", allow_none=True
    )
    subject = described(
        fields.String, "The account's or token's name then; empty for unknown ones.", "zhang.wei"
    )
    actor = described(fields.String, "Who did it.", "zhang.wei")
    address = described(fields.String, "From which address.", "10.1.2.3")
    agent = described(fields.String, "With which program.", "Mozilla/5.0")
    detail = described(fields.String, "What else.", "password")


class SecurityEventPage(Output):
    """Lines of the security log, the newest first."""

    items = fields.List(fields.Nested(SecurityEventOutput), metadata={"description": "The lines."})
    next = described(fields.String, "Where the next page begins.", "019aa000-…", allow_none=True)


class SecurityEventQuery(ListQuery):
    """Which lines."""

    account = described(
        fields.String, "Only of this account.", load_default=None, validate=ma.validate.Length(max=64)
    )
    cursor = described(fields.UUID, "`next` of the page before.", load_default=None, allow_none=True)
