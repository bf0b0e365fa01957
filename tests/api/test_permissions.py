"""Every endpoint for every role: exactly what config/permissions.toml says."""

from __future__ import annotations

import pytest

from api.auth import access_of
from tests.api.endpoints import endpoints
from tests.api.place import POSTS, Place


@pytest.mark.parametrize("person", POSTS)
def test_a_role_gets_in_where_the_table_says_so_and_nowhere_else(place: Place, person: str) -> None:
    caller = place.sign_in(person)
    allowed = place.office.permissions.of([POSTS[person][1]])
    for each in endpoints(place.app):
        access = access_of(place.app.view_functions[each.view], each.method)
        assert access is not None
        if access.public or each.rule.startswith("/auth/"):
            continue
        answer = caller.send(each.method, each.path(), json=None if each.method == "GET" else {})
        told = answer.get_json() if answer.status_code >= 400 else {}
        turned_away = answer.status_code == 403 and told["code"] == "auth.scope"
        assert turned_away == (not access.scopes <= allowed), f"{person} {each}: {answer.status_code} {told}"
