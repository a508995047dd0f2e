"""What a rule is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pilotline.linting.catalog_under_test import Subject


@dataclass(frozen=True, order=True)
class LintProblem:
    """One thing to mend in a catalog."""

    path: str
    line: int
    rule: str
    message: str
    fix: str


@dataclass(frozen=True)
class Found:
    """Where a rule is broken, and how."""

    path: str
    message: str
    line: int = 1


@dataclass(frozen=True)
class Rule:
    """A rule with its advice."""

    name: str
    fix: str
    check: Callable[[Subject], Iterator[Found]]

    def problems(self, subject: Subject) -> Iterator[LintProblem]:
        """Check a catalog, and give each finding the advice of the rule."""
        for found in self.check(subject):
            yield LintProblem(found.path, found.line, self.name, found.message, self.fix)


def rule(name: str, fix: str) -> Callable[[Callable[[Subject], Iterator[Found]]], Rule]:
    """Make a rule of a function that finds where it is broken."""
    return lambda check: Rule(name, fix, check)
