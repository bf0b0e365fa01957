"""登记: what the caller may register, with the form of the first step, so that a device can do it without a network too."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from api.acting import person
from api.auth import requires
from api.blueprint import Blueprint
from api.forms import presented
from api.language import either
from api.schemas.base import Output, described
from api.service import service
from engine.errors import NotFound
from engine.registration import Offer, offers, read_entries

blueprint = Blueprint("registrations", __name__, description="登记 What may be registered.")


class RegistrationSchema(Output):
    """Something to register: start a case of the process, then complete its first step."""

    process = described(fields.String, "The process.", "dispute", required=True)
    version = described(fields.Integer, "Its version, to be started in.", 1, required=True)
    step = described(fields.String, "The first step.", "register_dispute", required=True)
    name = described(fields.String, "What it is called.", "矛盾纠纷", required=True)
    hint = described(fields.String, "When it is used.", "排查登记", required=True)
    icon = described(fields.String, "A word for its picture.", "person", required=True)
    place = described(fields.String, "The unit it is registered for.", "qh0100101", required=True)
    place_name = described(fields.String, "That unit's name.", "青石镇下井村第1网格", required=True)
    variables = described(fields.Dict, "What the case starts with.", {"grid": "qh0100101"}, required=True)
    values = described(
        fields.Dict,
        "Known values of the form; `@now` is the moment of filling in.",
        {"found_at": "@now"},
        required=True,
    )
    aside = described(
        fields.List,
        "Optional fields of the form that are not asked for at once.",
        ["linked_cases"],
        cls_or_instance=fields.String(),
        required=True,
    )
    form = described(fields.Dict, "The form (form-js schema).", {"components": []}, required=True)


class RegistrationsSchema(Output):
    """All of them."""

    items = described(
        fields.List,
        "In the operator's order.",
        cls_or_instance=fields.Nested(RegistrationSchema),
        required=True,
    )


@blueprint.route("/registrations")
class RegistrationsView(MethodView):
    """What may be registered."""

    @requires("cases:start")
    @blueprint.response(200, RegistrationsSchema)
    def get(self) -> dict[str, Any]:
        """What the caller may register from their own posts, by the settings (`registration.toml`)."""
        here = service()
        found = offers(read_entries(here.config), here.directory.index, person(), here.engine.clock())
        return {"items": [shown for offer in found if (shown := _shown(offer)) is not None]}


def _shown(offer: Offer) -> dict[str, Any] | None:
    """An offer with its form; None where process or step are not deployed."""
    entry = offer.entry
    engine = service().engine
    try:
        digest, version = engine.definitions.find(entry.process, None)
    except NotFound:
        return None
    definition = engine.definitions.programs.get(digest).definition
    node = definition.nodes.get(entry.step)
    form = definition.forms.get(node.work.form) if node and node.work and node.work.form else None
    if form is None:
        return None
    return {
        "process": entry.process,
        "version": version,
        "step": entry.step,
        "name": either(entry.zh, entry.en),
        "hint": either(entry.hint_zh, entry.hint_en),
        "icon": entry.icon,
        "place": offer.place,
        "place_name": offer.place_name,
        "variables": {name: value for name, value in offer.variables.items() if value is not None},
        "values": offer.values,
        "aside": list(entry.aside),
        "form": presented(form.schema),
    }
