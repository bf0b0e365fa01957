"""`/accounts`: what administrators do with accounts, and the security log."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.auth.access import requires
from api.auth.caller import current
from api.auth.gate import gate, origin
from api.auth.resources.sign_in import end_session, shown_sessions
from api.auth.schemas import (
    AccountChange,
    AccountInput,
    AccountOutput,
    AccountPage,
    IdentityInput,
    ListQuery,
    OpenedOutput,
    SecurityEventPage,
    SecurityEventQuery,
    SessionOutput,
)
from api.blueprint import Blueprint
from engine.accounts.account import Account
from engine.accounts.office import Office
from engine.errors import InvalidInput, Refusal

blueprint = Blueprint("accounts", __name__, description="Accounts and the security log.")


@blueprint.route("/accounts")
class Accounts(MethodView):
    """All accounts."""

    @requires("accounts:read")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, AccountPage)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Accounts in order of their names."""
        limit = query["limit"]
        found = _office().register.all(after=query["cursor"], limit=limit + 1)
        page = found[:limit]
        return {
            "items": [shown(account) for account in page],
            "next": page[-1].login if len(found) > limit else None,
        }

    @requires("accounts:write")
    @blueprint.arguments(AccountInput)
    @blueprint.response(201, OpenedOutput)
    def post(self, given: dict[str, Any]) -> dict[str, Any]:
        """Open an account. Its one-time password is in this answer and nowhere else."""
        check_person(_office(), given["person"])
        opened = _office().register.open(
            given["login"],
            origin(),
            person=given["person"],
            roles=given["roles"],
            with_password=given["with_password"],
        )
        return {**shown(opened.account), "password": opened.password}


@blueprint.route("/accounts/<string:account>")
class OneAccount(MethodView):
    """One account."""

    @requires("accounts:read")
    @blueprint.response(200, AccountOutput)
    def get(self, account: str) -> dict[str, Any]:
        """An account."""
        return shown(_office().register.account(account))

    @requires("accounts:write")
    @blueprint.arguments(AccountChange, required=False)
    @blueprint.response(200, AccountOutput)
    def patch(self, given: dict[str, Any], account: str) -> dict[str, Any]:
        """Change an account: disable it, or give it other roles, another person or language. Its sessions end.

        Nobody disables the own account or changes its roles.
        """
        register = _office().register
        found = register.account(account)
        if found.id == current().account and {"active", "roles", "person"} & set(given):
            raise Refusal(
                rule="accounts.own",
                message_zh="不得停用自己的账户或修改其角色，请由另一位管理员操作",
                message_en="another administrator must disable your account or change its roles",
            )
        if "person" in given:
            check_person(_office(), given["person"])
            found = register.link_person(found.id, given["person"], origin())
        if "roles" in given:
            found = register.set_roles(found.id, given["roles"], origin())
        if "locale" in given:
            found = register.set_locale(found.id, given["locale"], origin())
        if "active" in given:
            found = register.set_active(found.id, given["active"], origin())
        return shown(found)


@blueprint.route("/accounts/<string:account>/password-reset")
class PasswordReset(MethodView):
    """A new one-time password."""

    @requires("accounts:write")
    @blueprint.response(200, OpenedOutput)
    def post(self, account: str) -> dict[str, Any]:
        """Give an account a new one-time password, told in this answer only. Its sessions end, a lockout is lifted."""
        opened = _office().register.reset_password(account, origin())
        return {**shown(opened.account), "password": opened.password}


@blueprint.route("/accounts/<string:account>/identities")
class Identities(MethodView):
    """Identities of other organisations."""

    @requires("accounts:write")
    @blueprint.arguments(IdentityInput)
    @blueprint.response(204, description="Linked.")
    def post(self, given: dict[str, str], account: str) -> None:
        """Let an account sign in with an identity of another organisation."""
        office = _office()
        provider = office.settings.provider(given["provider"])
        if provider is None:
            raise InvalidInput.at(
                "provider", message_zh="没有配置这个机构", message_en="there is no such organisation"
            )
        office.register.link_identity(account, provider.issuer, given["subject"], origin())


@blueprint.route("/accounts/<string:account>/sessions")
class AccountSessions(MethodView):
    """The sessions of an account."""

    @requires("accounts:read")
    @blueprint.response(200, SessionOutput(many=True))
    def get(self, account: str) -> list[dict[str, Any]]:
        """The sessions of an account, the one used last first."""
        stand = gate()
        return shown_sessions(stand, stand.office.register.account(account).id, current().session)


@blueprint.route("/accounts/<string:account>/sessions/<string:session>")
class AccountSession(MethodView):
    """A session of an account."""

    @requires("accounts:write")
    @blueprint.response(204, description="It has ended.")
    def delete(self, account: str, session: str) -> None:
        """End a session of an account."""
        end_session(gate(), account, session)


@blueprint.route("/security-events")
class SecurityEvents(MethodView):
    """The security log."""

    @requires("audit:read")
    @blueprint.arguments(SecurityEventQuery, location="query")
    @blueprint.response(200, SecurityEventPage)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Sign-ins, refusals and changes of accounts and tokens, the newest first."""
        limit = query["limit"]
        found = _office().log.read(account=query["account"], before=query["cursor"], limit=limit + 1)
        items = [
            {
                "id": str(event.id),
                "at": event.at,
                "kind": event.kind,
                "account": event.account,
                "subject": event.subject,
                "actor": event.actor,
                "address": event.address,
                "agent": event.agent,
                "detail": event.detail,
            }
            for event in found[:limit]
        ]
        return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def shown(account: Account) -> dict[str, Any]:
    """An account as it is shown: without its password."""
    return {
        "id": account.id,
        "login": account.login,
        "person": account.person,
        "roles": sorted(account.roles),
        "active": account.active,
        "must_change_password": account.must_change,
        "has_password": account.password is not None,
        "locale": account.locale,
        "created_at": account.created_at,
        "created_by": account.created_by,
    }


def check_person(office: Office, person: str | None) -> None:
    """Raise InvalidInput for somebody who is not on the staff."""
    if person is not None and not office.is_employed(person):
        raise InvalidInput.at(
            "person", message_zh="通讯录中没有这个人员", message_en="the directory has no such person"
        )


def _office() -> Office:
    return gate().office
