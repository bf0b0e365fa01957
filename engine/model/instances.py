"""Multi-instance loop characteristics: what is run how often, and which events that throws (BPMN 2.0 §10.3.8)."""

from __future__ import annotations

from lxml import etree

from engine.feel import Expression
from engine.model.definition import Behavior, Event, EventKind, MultiInstance, Throw
from engine.model.events import definitions_of, read_thrown
from engine.model.extensions import extension
from engine.model.namespaces import local
from engine.model.source import Source, child, children


def read_multi(element: etree._Element, source: Source) -> MultiInstance | None:
    """The multi-instance loop of an activity, or None."""
    loop = child(element, "multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    settings = extension(loop, "loopCharacteristics")
    cardinality = child(loop, "loopCardinality")
    collection = None if settings is None else (settings.get("inputCollection") or None)
    if (collection is None) == (cardinality is None):
        source.report(
            "multi.source",
            element,
            "多实例须恰有集合与次数之一",
            "multi-instance needs exactly one of collection and cardinality",
        )
    if cardinality is not None:
        _check_cardinality(cardinality, source)
    output, item = (None, None) if settings is None else _outputs(settings, source)
    return MultiInstance(
        sequential=loop.get("isSequential") in ("true", "1"),
        collection=source.expression(collection, loop if settings is None else settings)
        if collection is not None
        else None,
        cardinality=source.written(cardinality),
        element=_simple(settings, "inputElement", source),
        output_collection=output,
        output_element=item,
        completion=source.written(child(loop, "completionCondition")),
        behavior=_behavior(loop),
        throws=_throws(loop, element, source),
    )


_THROWN = frozenset({EventKind.SIGNAL, EventKind.MESSAGE, EventKind.ESCALATION})
_REFERENCES = {Behavior.NONE: "noneBehaviorEventRef", Behavior.ONE: "oneBehaviorEventRef"}


def _behavior(loop: etree._Element) -> Behavior:
    text = (loop.get("behavior") or "All").strip()
    # Any other text is a breach of the schema, which is reported as such.
    return Behavior(text) if text in set(Behavior) else Behavior.ALL


def _throws(loop: etree._Element, element: etree._Element, source: Source) -> tuple[Throw, ...]:
    """The events a multi-instance activity throws at completions of its instances (BPMN 2.0 table 8.15)."""
    behavior = _behavior(loop)
    written = [part for part in children(loop) if local(part) == "complexBehaviorDefinition"]
    wanted = _REFERENCES.get(behavior)
    vain = [name for name in _REFERENCES.values() if loop.get(name) and name != wanted]
    if vain or (written and behavior is not Behavior.COMPLEX):
        what = vain[0] if vain else "complexBehaviorDefinition"
        _report_behavior(
            element, source, f"{what} 在 behavior {behavior} 下不起作用", f"{what} has no effect"
        )
    if wanted is not None:
        definition = source.referred(loop, wanted, "EventDefinition")
        if loop.get(wanted) is None:
            _report_behavior(
                element, source, f"behavior {behavior} 须以 {wanted} 指明事件", f"{wanted} is missing"
            )
        thrown = None if definition is None else _thrown(definition, element, loop, source)
        return () if thrown is None else (Throw(event=thrown),)
    if behavior is not Behavior.COMPLEX:
        return ()
    if not written:
        _report_behavior(
            element, source, "behavior Complex 没有任何定义", "behavior Complex has no definition"
        )
    found = [_complex(part, element, source) for part in written]
    return tuple(throw for throw in found if throw is not None)


def _complex(part: etree._Element, element: etree._Element, source: Source) -> Throw | None:
    condition = source.written(child(part, "condition"))
    event = child(part, "event")
    definitions = None if event is None else definitions_of(event, source)
    if definitions is None or len(definitions) != 1:
        _report_behavior(
            element,
            source,
            "每个 Complex 定义恰抛出一个事件",
            "each complex definition throws exactly one event",
        )
        return None
    thrown = _thrown(definitions[0], element, part, source)
    return None if thrown is None or condition is None else Throw(event=thrown, condition=condition)


def _thrown(
    definition: etree._Element, element: etree._Element, holder: etree._Element, source: Source
) -> Event | None:
    """`holder` is none of the elements that catch, so that codes and keys are read as those of a throw."""
    event = read_thrown(definition, holder, source)
    if event is not None and event.kind not in _THROWN:
        _report_behavior(
            element,
            source,
            f"多实例不能抛出 {event.kind} 类型的事件",
            f"multi-instance cannot throw an event of kind {event.kind}",
        )
        return None
    return event


def _report_behavior(element: etree._Element, source: Source, zh: str, en: str) -> None:
    source.report("multi.behavior", element, zh, en)


def _outputs(settings: etree._Element, source: Source) -> tuple[str | None, Expression | None]:
    collection, item = settings.get("outputCollection"), settings.get("outputElement")
    if bool(collection) != bool(item):
        source.report(
            "multi.output",
            settings,
            "输出集合与输出元素须成对",
            "output collection and output element come together",
        )
    return (
        _simple(settings, "outputCollection", source),
        source.expression(item, settings) if item else None,
    )


def _check_cardinality(cardinality: etree._Element, source: Source) -> None:
    text = (cardinality.text or "").strip().removeprefix("=").strip()
    try:
        number = float(text)
    except ValueError:
        return
    if number < 0 or not number.is_integer():
        source.report(
            "multi.cardinality",
            cardinality,
            f"次数“{text}”不是非负整数",
            f"the cardinality {text!r} is not a whole number of at least 0",
        )


def _simple(element: etree._Element | None, attribute: str, source: Source) -> str | None:
    text = None if element is None else element.get(attribute)
    if element is None or not text:
        return None
    path = source.variable(text, element)
    return ".".join(path) if path else None
