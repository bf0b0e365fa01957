"""What is configured: calendars and limits, as their files say."""

from __future__ import annotations

from flask.views import MethodView

from api.auth import requires
from api.blueprint import Blueprint
from api.schemas.config import ConfigSchema
from api.service import service

blueprint = Blueprint("config", __name__, description="配置 Calendars and limits.")


@blueprint.route("/config/<any(calendars, limits):part>")
class ConfigView(MethodView):
    """One part."""

    @requires("config:read")
    @blueprint.response(200, ConfigSchema)
    def get(self, part: str) -> dict[str, dict[str, str]]:
        """The calendars, or the limits, in force."""
        folder = service().config / part
        return {"files": {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))}}
