"""Prints the OpenAPI document, for those who generate from it.

python -m api.openapi > openapi.json
"""

from __future__ import annotations

import json
import sys

from api.app import create_app, open_installation
from api.spec import PATH
from engine.settings import ServiceSettings


def main() -> None:
    settings = ServiceSettings(database="sqlite://")
    with open_installation(settings, create=True) as engine:
        app = create_app(settings, engine=engine)
        answer = app.test_client().get(f"{PATH}/openapi.json")
        json.dump(answer.get_json(), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
