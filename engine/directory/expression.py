"""Who is meant, by level and role: `镇/调委会`, `town/mediation/mediator`, `村/网格长|镇/综治中心`.

    expression  = alternative { "|" alternative }       the first one with staff is taken
    alternative = level "/" department [ "/" role ]     departments of a kind, of an area
                | level "/" role                        a role in the area itself
    level       = a level by code or name, `本级` (here) for the place's own area, `上级` (above) for the next wider one

Levels, departments and roles go by their code or by any of their names in the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.directory.vocabulary import ANY, Vocabulary
from engine.errors import InvalidInput

HERE: Final = "here"
ABOVE: Final = "above"
LONGEST: Final = 500
"""Characters an expression may have."""

_RELATIVE: Final = {"本级": HERE, "here": HERE, "上级": ABOVE, "above": ABOVE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """One way to say who: codes. department: None when the role is one in the area; role: `*` for the whole department."""

    level: str
    department: str | None
    role: str


@lru_cache(maxsize=4096)
def parse(expression: str, vocabulary: Vocabulary) -> tuple[Alternative, ...]:
    """The alternatives of an expression.

    Raises InvalidInput for a form that is not the grammar's or a word the vocabulary does not know.
    """
    if len(expression) > LONGEST:
        raise _refused(expression[:40], "过长", "too long")
    return tuple(_alternative(text.strip(), vocabulary) for text in expression.split("|"))


def _alternative(text: str, vocabulary: Vocabulary) -> Alternative:
    words = [word.strip() for word in text.split("/")]
    if len(words) not in (2, 3) or not all(words):
        raise _refused(text, "应写成“层级/部门或角色”，如 镇/调委会", "write level/department or level/role")
    level = _level(words[0], text, vocabulary)
    department = vocabulary.departments.find(words[1])
    if department is not None:
        role = _role(words[2], text, vocabulary) if len(words) == 3 else ANY
        return Alternative(level=level, department=department.code, role=role)
    if len(words) == 3:
        raise _refused(text, f"没有部门类别“{words[1]}”", f'there is no kind of department "{words[1]}"')
    return Alternative(level=level, department=None, role=_role(words[1], text, vocabulary))


def _level(word: str, text: str, vocabulary: Vocabulary) -> str:
    if word in _RELATIVE:
        return _RELATIVE[word]
    level = vocabulary.levels.find(word)
    if level is None:
        raise _refused(text, f"没有层级“{word}”", f'there is no level "{word}"')
    return level.code


def _role(word: str, text: str, vocabulary: Vocabulary) -> str:
    role = vocabulary.roles.find(word)
    if role is None:
        raise _refused(text, f"没有部门类别或角色“{word}”", f'there is no department or role "{word}"')
    if not role.acts:
        raise _refused(text, f"角色“{word}”不办理案件", f'the role "{word}" does not act on cases')
    return role.code


def _refused(text: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        code="directory.expression",
        message_zh=f"选人表达式 {text}：{zh}",
        message_en=f"expression {text}: {en}",
    )
