"""The parts of the older `camunda:` dialect that have an equal here, rewritten into the Zeebe dialect.

Rewriting happens in the tree that was read, before anything else looks at it; what is left over in the
`camunda:` namespace afterwards is reported by the sweep.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.model.namespaces import CAMUNDA, bpmn, camunda, local, zeebe
from engine.model.source import Source, child, is_feel

_USER_TASK = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
    "formRef": ("formDefinition", "formId"),
    "formKey": ("formDefinition", "formKey"),
}
_LOOP = {
    "collection": ("loopCharacteristics", "inputCollection"),
    "elementVariable": ("loopCharacteristics", "inputElement"),
}
_EQUALS: dict[str, dict[str, tuple[str, str]]] = {
    "userTask": _USER_TASK,
    "businessRuleTask": {
        "decisionRef": ("calledDecision", "decisionId"),
        "resultVariable": ("calledDecision", "resultVariable"),
    },
    "scriptTask": {"resultVariable": ("script", "resultVariable")},
    "process": {"versionTag": ("versionTag", "value")},
    "multiInstanceLoopCharacteristics": _LOOP,
}
"""Per element: camunda attribute to the Zeebe extension element and attribute that mean the same."""

_BINDINGS = {"formRefBinding": "deployment", "decisionRefBinding": "deployment"}
"""Attributes that may be dropped when they ask for what happens here anyway."""

_EXPRESSIONS = (
    "conditionExpression", "timeDate", "timeDuration", "timeCycle", "loopCardinality",
    "completionCondition", "condition",
)  # fmt: skip
_PATH = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_LITERAL = r"-?\d+(?:\.\d+)?|'[^'\"\\]*'|\"[^'\"\\]*\"|true|false|null"
_SIMPLE = re.compile(rf"[$#]\{{\s*(?P<path>{_PATH})\s*\}}")
_NEGATED = re.compile(rf"[$#]\{{\s*!\s*(?P<path>{_PATH})\s*\}}")
_COMPARED = re.compile(
    rf"[$#]\{{\s*(?P<path>{_PATH})\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<literal>{_LITERAL})\s*\}}"
)
_TEMPLATE = re.compile(r"[$#]\{")


def translate_camunda(source: Source) -> None:
    """Rewrite the equal parts of the dialect in the tree of `source`; odd expressions are reported."""
    if _uses_dialect(source.root):
        for name, equals in _EQUALS.items():
            for element in list(source.root.iter(bpmn(name))):
                _attributes(element, equals, source)
    for name in _EXPRESSIONS:
        for element in source.root.iter(bpmn(name)):
            if element.text and _TEMPLATE.search(element.text):
                element.text = to_feel(element.text, element, source)


def to_feel(text: str, element: etree._Element, source: Source) -> str:
    """`${a.b}`, `${!a.b}` or `${a.b == 1}` as FEEL with a leading `=`; other templates are reported.

    Text without a template is returned as it is.
    """
    if not _TEMPLATE.search(text):
        return text
    written = text.strip()
    if found := _SIMPLE.fullmatch(written):
        return f"={found['path']}"
    if found := _NEGATED.fullmatch(written):
        return f"=not({found['path']})"
    if found := _COMPARED.fullmatch(written):
        operator = "=" if found["operator"] == "==" else found["operator"]
        return f"={found['path']} {operator} {found['literal'].replace(chr(39), chr(34))}"
    source.report(
        "camunda.expression",
        element,
        f"不支持表达式“{written[:80]}”，请改用 FEEL",
        f"the expression {written[:80]!r} is not supported; use FEEL",
    )
    return "=null"


def _uses_dialect(root: etree._Element) -> bool:
    return bool(root.xpath("boolean(//@camunda:*)", namespaces={"camunda": CAMUNDA}))


def _attributes(element: etree._Element, equals: dict[str, tuple[str, str]], source: Source) -> None:
    if local(element) == "scriptTask" and not _move_script(element):
        return
    for name, (holder, attribute) in equals.items():
        value = element.attrib.pop(camunda(name), None)
        if value is not None:
            text = to_feel(str(value), element, source)
            if attribute == "inputCollection" and not text.startswith("="):
                text = f"={text}"
            _extension(element, holder).set(attribute, text)
    for name, accepted in _BINDINGS.items():
        if element.get(camunda(name)) == accepted:
            del element.attrib[camunda(name)]


def _move_script(element: etree._Element) -> bool:
    """Turn the inline script into an extension, where the result variable can stand beside it."""
    inline = child(element, "script")
    if inline is None or not is_feel(element.get("scriptFormat") or ""):
        return False
    _extension(element, "script").set("expression", inline.text or "")
    return True


def _extension(element: etree._Element, name: str) -> etree._Element:
    holder = element.find(bpmn("extensionElements"))
    if holder is None:
        holder = etree.Element(bpmn("extensionElements"))
        documented = len(element.findall(bpmn("documentation")))
        element.insert(documented, holder)
    found = holder.find(zeebe(name))
    return etree.SubElement(holder, zeebe(name)) if found is None else found
