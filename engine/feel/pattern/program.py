"""From the tree of a pattern to instructions for the matcher."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.pattern.classes import CharSet
from engine.feel.pattern.parsing import (
    Anchor,
    BackReference,
    Chars,
    Choice,
    Group,
    PatternTree,
    Repeat,
    Sequence,
    Tree,
)
from engine.feel.run import NullResult

MOST_INSTRUCTIONS = 5_000
MOST_SLOTS = 128
"""Groups and loops of a pattern, which every path copies."""


@dataclass(slots=True)
class Instruction:
    """One step: "char" (one of `chars`), "split" (try `first`, then `second`), "jump", "save" and "check"
    (a slot), "anchor", "back" (a group), "match".
    """

    kind: str
    chars: CharSet | None = None
    first: int = 0
    second: int = 0
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Instructions, the slots they use, and whether paths can be forgotten once tried."""

    instructions: tuple[Instruction, ...]
    slots: int
    memorable: bool
    caseless: bool


def assemble(tree: PatternTree, *, caseless: bool) -> Program:
    """The program of a pattern; raises NullResult when it would be too long."""
    assembler = _Assembler(slots=2 * (tree.groups + 1))
    assembler.emit(tree.body)
    assembler.add(Instruction("match"))
    if assembler.slots > MOST_SLOTS:
        raise NullResult("pattern.invalid", "groups")
    return Program(
        instructions=tuple(assembler.instructions),
        slots=assembler.slots,
        memorable=not tree.back_references,
        caseless=caseless,
    )


class _Assembler:
    def __init__(self, slots: int) -> None:
        self.instructions: list[Instruction] = []
        self.slots = slots

    def add(self, instruction: Instruction) -> Instruction:
        if len(self.instructions) >= MOST_INSTRUCTIONS:
            raise NullResult("pattern.invalid", "size")
        self.instructions.append(instruction)
        return instruction

    @property
    def here(self) -> int:
        return len(self.instructions)

    def emit(self, tree: Tree) -> None:
        if isinstance(tree, Chars):
            self.add(Instruction("char", chars=tree.chars))
        elif isinstance(tree, Anchor):
            self.add(Instruction("anchor", anchor=tree.kind))
        elif isinstance(tree, BackReference):
            self.add(Instruction("back", first=tree.group))
        elif isinstance(tree, Sequence):
            for part in tree.parts:
                self.emit(part)
        elif isinstance(tree, Group):
            self.add(Instruction("save", first=2 * tree.number))
            self.emit(tree.body)
            self.add(Instruction("save", first=2 * tree.number + 1))
        elif isinstance(tree, Choice):
            self._choice(tree)
        else:
            self._repeat(tree)

    def _choice(self, tree: Choice) -> None:
        jumps = []
        for branch in tree.branches[:-1]:
            split = self.add(Instruction("split"))
            split.first = self.here
            self.emit(branch)
            jumps.append(self.add(Instruction("jump")))
            split.second = self.here
        self.emit(tree.branches[-1])
        for jump in jumps:
            jump.first = self.here

    def _repeat(self, tree: Repeat) -> None:
        for _ in range(tree.least):
            self.emit(tree.body)
        if tree.most is None:
            self._loop(tree)
            return
        splits = []
        for _ in range(tree.most - tree.least):
            split = self.add(Instruction("split"))
            splits.append(split)
            self._branch(split, tree.greedy, self.here)
            self.emit(tree.body)
        for split in splits:
            self._branch(split, not tree.greedy, self.here)

    def _loop(self, tree: Repeat) -> None:
        start = self.here
        split = self.add(Instruction("split"))
        self._branch(split, tree.greedy, self.here)
        # A round that consumes nothing would go on for ever: its start is saved and checked.
        slot = self.slots
        self.slots += 1
        self.add(Instruction("save", first=slot))
        self.emit(tree.body)
        self.add(Instruction("check", first=slot))
        self.add(Instruction("jump", first=start))
        self._branch(split, not tree.greedy, self.here)

    @staticmethod
    def _branch(split: Instruction, preferred: bool, target: int) -> None:
        if preferred:
            split.first = target
        else:
            split.second = target
