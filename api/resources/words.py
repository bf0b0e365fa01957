"""What the variables of a process are called: the labels of its forms, for pages that show values without a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask.views import MethodView
from marshmallow import fields

from api.auth import requires
from api.blueprint import Blueprint
from api.language import either
from api.schemas.base import Output, described
from api.service import service
from engine.cases.headers import CATEGORY
from engine.categories import LEVELS, Categories, parent_in
from engine.model.forms import CONTAINERS, component_path, inner, label_of
from engine.store.tables import definitions

blueprint = Blueprint("words", __name__, description="词汇 What variables are called.")


class WordSchema(Output):
    """A variable."""

    label = described(fields.String, "Its label.", "吹哨类型", required=True)
    type = described(fields.String, "The kind of its field.", "radio", required=True)
    source = described(
        fields.String,
        "The variable that lists what its values mean, as `label` and `value`.",
        "units",
        required=True,
    )
    options = described(
        fields.Dict,
        "What its values mean.",
        {"hard": "攻坚"},
        keys=fields.String(),
        values=fields.String(),
        required=True,
    )


class WordsSchema(Output):
    """The variables of a process and of those it calls, by path (`parties.name`)."""

    items = described(
        fields.Dict,
        "In the order of the forms.",
        {"title": {"label": "标题", "type": "textfield", "source": "", "options": {}}},
        keys=fields.String(),
        values=fields.Nested(WordSchema),
        required=True,
    )


@blueprint.route("/definitions/<string:key>/versions/<int(max=2147483647):version>/words")
class WordsView(MethodView):
    """Words."""

    @requires("definitions:read")
    @blueprint.response(200, WordsSchema)
    def get(self, key: str, version: int) -> dict[str, Any]:
        """What the variables are called, by the forms of all processes deployed together with this version."""
        engine = service().engine
        digest, _ = engine.definitions.find(key, version)
        found: dict[str, dict[str, Any]] = {}
        for each in [digest, *_beside(digest)]:
            for form in engine.definitions.programs.get(each).definition.forms.values():
                for name, word in _words(form.schema, ()):
                    found.setdefault(name, word)
        return {"items": found}


def _beside(digest: str) -> list[str]:
    """The other definitions of a definition's deployment."""
    own = definitions.alias()
    query = (
        sa.select(definitions.c.digest)
        .join(own, own.c.deployment_id == definitions.c.deployment_id)
        .where(own.c.digest == bytes.fromhex(digest))
        .order_by(definitions.c.key)
    )
    with service().engine.database.reading() as tx:
        return list(dict.fromkeys(bytes(row.digest).hex() for row in tx.execute(query)))


def _words(component: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in inner(component):
        path = (*above, *component_path(part))
        label = label_of(part)
        if component_path(part) and label:
            word = {
                "label": label,
                "type": str(part.get("type", "")),
                "source": str(part.get("valuesKey") or ""),
            }
            yield ".".join(path), {**word, "options": {**_options(part), **_categories(part, path)}}
        if part.get("type") in CONTAINERS or part.get("components"):
            yield from _words(part, path)


def _categories(component: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, str]:
    """The names of all categories a field chooses from, of those no longer offered as well.

    The first level says the whole path, for that is what the header of a case holds.
    """
    table = service().categories()
    if path == (CATEGORY[0],):
        return {code: _named(table, code) for code in table.by_code if "/" in code}
    return (
        {code: _named(table, code, 1) for code in table.by_code} if parent_in(component) is not None else {}
    )


def _named(table: Categories, code: str, last: int = LEVELS) -> str:
    return " / ".join(either(row.zh, row.en) or code for row in table.path(code)[-last:])


def _options(component: Mapping[str, Any]) -> dict[str, str]:
    given = component.get("values")
    pairs = given if isinstance(given, list) else []
    return {
        str(pair["value"]): str(pair.get("label", pair["value"]))
        for pair in pairs
        if isinstance(pair, dict) and "value" in pair
    }
