"""What ids of people and units are called now: pages show names, commands and the log carry ids."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.views import MethodView
from marshmallow import fields

from api.auth import requires
from api.blueprint import Blueprint
from api.schemas.base import Output, Query, described
from api.service import service

MOST = 100

blueprint = Blueprint("names", __name__, description="名称 What people and units are called.")


class NamesQuery(Query):
    """Of whom."""

    id = described(
        fields.List,
        "Ids of people or units.",
        ["qh00042", "qh01"],
        cls_or_instance=fields.String(validate=ma.validate.Length(1, 200)),
        required=True,
        validate=ma.validate.Length(1, MOST),
    )


class NamedSchema(Output):
    """A person or a unit."""

    id = described(fields.String, "The id.", "qh00042", required=True)
    name = described(fields.String, "What it is called now.", "赵明", required=True)


class NamesSchema(Output):
    """Names; ids nobody has are left out."""

    items = described(
        fields.List, "In the order asked.", cls_or_instance=fields.Nested(NamedSchema), required=True
    )


@blueprint.route("/directory/names")
class NamesView(MethodView):
    """Names."""

    @requires("directory:read")
    @blueprint.arguments(NamesQuery, location="query")
    @blueprint.response(200, NamesSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """The names of people and units by their ids."""
        here = service()
        index, at = here.directory.index, here.engine.clock()
        found = ((each, index.person(each, at) or index.unit(each, at)) for each in query["id"])
        return {"items": [{"id": each, "name": named.name} for each, named in found if named is not None]}
