"""The OpenAPI document is one: by the specification's own schema, and nothing it refers to is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.place import Place


def _document(place: Place) -> dict[str, Any]:
    answer = place.nobody().get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)


def test_the_document_is_valid_openapi_3_1(place: Place) -> None:
    document = _document(place)
    assert document["openapi"].startswith("3.1.")
    wrong = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message.partition(chr(10))[0]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    assert wrong == []


def test_everything_referred_to_is_there(place: Place) -> None:
    document = _document(place)
    references = set(_references(document))
    assert len(references) > 100
    for reference in references:
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            assert name in part, reference
            part = part[name]


def test_a_form_with_files_is_one_body(place: Place) -> None:
    document = _document(place)
    operation = document["paths"]["/api/v1/deployments"]["post"]
    (kind,) = operation["requestBody"]["content"]
    assert kind == "multipart/form-data"
    reference = operation["requestBody"]["content"][kind]["schema"]["$ref"]
    assert {"package", "files"} <= set(
        document["components"]["schemas"][reference.rpartition("/")[2]]["properties"]
    )
