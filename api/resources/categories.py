"""类别: what cases are sorted by, in three levels."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from api.auth import requires
from api.blueprint import Blueprint
from api.forms import today
from api.language import either
from api.schemas.base import Output, described
from api.service import service

blueprint = Blueprint("categories", __name__, description="类别 Categories of cases, in three levels.")


class CategorySchema(Output):
    """A category."""

    code = described(
        fields.String, "Its code, which begins with those above.", "neighbour/noise", required=True
    )
    parent = described(fields.String, "The code above; empty at the first level.", "neighbour", required=True)
    level = described(fields.Integer, "1, 2 or 3.", 2, required=True)
    name = described(fields.String, "What it is called.", "邻里噪声", required=True)
    offered = described(fields.Boolean, "Whether it may be chosen today.", True, required=True)


class CategoriesSchema(Output):
    """All of them."""

    items = described(
        fields.List,
        "In the order of the operator's table, those no longer offered included.",
        cls_or_instance=fields.Nested(CategorySchema),
        required=True,
    )


@blueprint.route("/categories")
class CategoriesView(MethodView):
    """Categories."""

    @requires("directory:read")
    @blueprint.response(200, CategoriesSchema)
    def get(self) -> dict[str, Any]:
        """The categories by the settings (`categories.csv`)."""
        day = today()
        rows = service().categories().by_code.values()
        return {
            "items": [
                {
                    "code": row.code,
                    "parent": row.parent,
                    "level": row.level,
                    "name": either(row.zh, row.en),
                    "offered": row.offered(day),
                }
                for row in rows
            ]
        }
