"""Templates of documents are checked with the diagram: that they are there, can be set, and ask for what a form has."""

from __future__ import annotations

import pytest

from engine.model import read_package
from engine.typesetting import LAYOUT, library
from tests.unit.model.writing import around, diagram, errors, ext, form, read

FORM = form({"key": "note", "type": "textfield", "label": "说明"})


def task(document: str) -> bytes:
    inner = (
        f"<zeebe:properties><zeebe:property name='bihuan:document' value='{document}'/></zeebe:properties>"
        "<zeebe:formDefinition formId='f'/><zeebe:userTask/>"
    )
    return diagram(around(f'<userTask id="n">{ext(inner)}</userTask>'))


def own(text: str) -> tuple[str, bytes]:
    return "documents/自己的.typ", f'#import "layout.typ": *\n#show: official\n{text}'.encode()


@pytest.mark.parametrize(
    "document", ["受理登记表", "没有专门模板的文书", "会议记录:会议纪要", "会议记录: 会议纪要"]
)
def test_templates_that_come_along_are_found_by_name_or_told(document: str) -> None:
    assert errors(task(document), ("f.form", FORM)) == []


def test_a_template_that_is_told_must_be_there() -> None:
    assert [rule for rule, *_ in errors(task("会议记录:没有的"), ("f.form", FORM))] == ["document.template"]


def test_a_template_of_the_package_may_use_the_fields_of_the_form() -> None:
    assert errors(task("自己的"), ("f.form", FORM), own('#facts(("说明", field("note")))')) == []


@pytest.mark.parametrize(
    "text",
    [
        '#facts(("说明", field("nothing")))',
        "#unknown()",
        "#let a = (",
        '#read("/etc/passwd")',
        '#import "@preview/x:1.0.0"',
        "#panic()",
    ],
)
def test_a_template_that_cannot_be_set_is_refused(text: str) -> None:
    assert [rule for rule, *_ in errors(task("自己的"), ("f.form", FORM), own(text))] == ["document.field"]


def test_templates_lie_in_their_folder() -> None:
    found = errors(task("受理登记表"), ("f.form", FORM), ("elsewhere/a.typ", b"x"))
    assert [rule for rule, *_ in found] == ["document.file"]


def test_a_document_is_what_a_task_of_a_person_yields() -> None:
    value = ext("<zeebe:properties><zeebe:property name='bihuan:document' value='单'/></zeebe:properties>")
    end = f'<userTask id="n"/>\n<startEvent id="s"/><endEvent id="e">{value}</endEvent>'
    body = (
        end
        + '<sequenceFlow id="a" sourceRef="s" targetRef="n"/><sequenceFlow id="b" sourceRef="n" targetRef="e"/>'
    )
    assert [rule for rule, *_ in errors(diagram(body))] == ["property.unknown"]


def test_a_definition_keeps_the_templates_it_needs_and_no_others() -> None:
    (made,) = read(task("受理登记表"), ("f.form", FORM)).definitions
    assert {name for name in made.resources if name.endswith(".typ")} == {LAYOUT, "documents/受理登记表.typ"}
    assert made.resources[LAYOUT] == library()[LAYOUT]
    changed = library()[LAYOUT] + b"\n// \xe6\x9c\xac\xe5\x8e\xbf"
    (other,) = read(task("受理登记表"), ("f.form", FORM), (LAYOUT, changed)).definitions
    assert other.resources[LAYOUT] == changed
    assert other.digest != made.digest
    # What is stored is read again as it is, whatever comes along by then.
    (stored,) = read_package(dict(other.resources), known_processes=None).definitions
    assert stored.digest == other.digest
