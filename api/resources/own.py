"""What people keep for themselves: drafts of forms and saved views."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from api.acting import person, reader
from api.auth import requires
from api.blueprint import Blueprint
from api.refs import TaskRef
from api.schemas import content as schemas
from api.service import service
from api.values import shown
from engine.content import SavedView

blueprint = Blueprint("own", __name__, description="草稿与视图 Drafts and saved views.")


@blueprint.route("/tasks/<task:task>/draft")
class DraftView(MethodView):
    """One's own draft."""

    @requires("views:own")
    @blueprint.response(200, schemas.DraftSchema)
    def get(self, task: TaskRef) -> dict[str, Any]:
        """One's own draft of a task's form; without one no values."""
        found = service().content.drafts.find(reader(), task.case, task.number)
        if found is None:
            return {"saved_at": None, "values": {}}
        return {"saved_at": found.saved_at, "values": shown(found.values)}

    @requires("views:own")
    @blueprint.arguments(schemas.DraftInSchema)
    @blueprint.response(200, schemas.DraftSchema)
    def put(self, body: dict[str, Any], task: TaskRef) -> dict[str, Any]:
        """Keep what was filled in so far."""
        saved = service().content.drafts.save(reader(), task.case, task.number, body["values"])
        return {"saved_at": saved.saved_at, "values": body["values"]}

    @requires("views:own", part="own")
    @blueprint.response(204)
    def delete(self, task: TaskRef) -> None:
        """Throw one's own draft away."""
        service().content.drafts.drop(reader(), task.case, task.number)


@blueprint.route("/views")
class ViewsView(MethodView):
    """Views."""

    @requires("views:own")
    @blueprint.response(200, schemas.ViewsSchema)
    def get(self) -> dict[str, Any]:
        """One's own views."""
        return {"items": service().content.views.of(person())}


@blueprint.route("/views/<string(maxlength=60):name>")
class ViewView(MethodView):
    """One view."""

    @requires("views:own")
    @blueprint.arguments(schemas.ViewInSchema)
    @blueprint.response(200, schemas.ViewSchema)
    def put(self, body: dict[str, Any], name: str) -> SavedView:
        """Keep a view; replaces the one of that name."""
        now = service().engine.clock()
        return service().content.views.save(person(), name, body["box"], body["filters"], at=now)

    @requires("views:own")
    @blueprint.response(204)
    def delete(self, name: str) -> None:
        """Forget a view."""
        service().content.views.drop(person(), name)
