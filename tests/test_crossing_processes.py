"""Everything public crosses a process: a fleet is judged by many, and what one of them says has to arrive."""

import dataclasses
import datetime as dt
import enum
import importlib
import inspect
import pickle
import pkgutil
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import pilotline
from pilotline.catalog.catalogs import Catalogs
from pilotline.catalog.loading import load_builtin
from pilotline.config import Config
from pilotline.errors import AnswerProblem, AnswersError
from pilotline.files.tree import File, Tree
from pilotline.readiness.run import CheckOptions, check_pilot
from pilotline.template.answers import accept_answers
from tests.helpers import build_file_tree

# Processes of our own, and handles: what holds a function, an executor or an open pilot works here; its results travel.
WORKERS = ("__main__", "copier_worker", "installed_worker", "repo_review_worker")
HANDLES = {"Rule", "Proofs", "Repository", "CheckOutcome", "Crew", "Here", "Stand"}

PLAIN: Mapping[object, object] = {
    str: "x",
    int: 1,
    float: 1.5,
    bool: True,
    bytes: b"x",
    object: "x",
    Path: Path("x"),
    dt.date: dt.date(2026, 1, 1),
    dt.datetime: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    Catalogs: Catalogs(Config(source="x")),
    Tree: Tree({"a": File(b"x", executable=True)}),
    Exception: AnswersError([AnswerProblem("kpi", "Which?", missing=True)], "Give it."),
}


def public_classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(pilotline.__path__, "pilotline."):
        if not module.name.endswith(WORKERS) and "_catalog" not in module.name:
            for name, item in vars(importlib.import_module(module.name)).items():
                if inspect.isclass(item) and item.__module__ == module.name and not name.startswith("_"):
                    yield item


def is_value(kind: object) -> bool:
    """Tell whether a class is one of values: a dataclass, or a tuple whose parts have names."""
    return dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")


VALUES = [item for item in public_classes() if is_value(item) and item.__name__ not in HANDLES]
ERRORS = [item for item in public_classes() if issubclass(item, Exception)]


def sample(hint: object) -> object:
    """Make a value of a type as annotations write it."""
    kind, inner = typing.get_origin(hint), [part for part in typing.get_args(hint) if part is not Ellipsis]
    makers: Mapping[object, Callable[[], object]] = {
        typing.Union: lambda: sample(next(part for part in inner if part not in BEING_BUILT)),
        types.UnionType: lambda: sample(next(part for part in inner if part not in BEING_BUILT)),
        types.NoneType: lambda: None,
        typing.Literal: lambda: inner[0],
        tuple: lambda: tuple(map(sample, inner)),
        frozenset: lambda: frozenset(map(sample, inner)),
        list: lambda: list(map(sample, inner)),
        dict: lambda: {sample(inner[0]): sample(inner[1])},
        abc.Mapping: lambda: {sample(inner[0]): sample(inner[1])},
        abc.Sequence: lambda: list(map(sample, inner)),
        abc.Collection: lambda: list(map(sample, inner)),
    }
    if kind in makers or hint is types.NoneType:
        return makers[kind or hint]()
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    assert isinstance(hint, type), hint
    assert is_value(hint), hint
    return build(hint)


BEING_BUILT: list[object] = []
"""Types that a value is being made of: one that leads back to itself ends there."""


def build(kind: type) -> object:
    hints = typing.get_type_hints(kind)
    BEING_BUILT.append(kind)
    try:
        named = getattr(kind, "_fields", None) or [item.name for item in dataclasses.fields(kind) if item.init]
        return kind(**{name: sample(hints[name]) for name in named})
    finally:
        BEING_BUILT.pop()


def cross(value: object) -> object:
    return pickle.loads(pickle.dumps(value))


def fields(value: object) -> object:
    """Lay a value open, because some are compared by identity."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value), [fields(getattr(value, item.name)) for item in dataclasses.fields(value)]
    if isinstance(value, Exception):
        return type(value), str(value), vars(value)
    if isinstance(value, (tuple, list)):
        return [fields(item) for item in value]
    return value


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_a_value_arrives_as_it_was(kind):
    value = build(kind)

    assert fields(cross(value)) == fields(value)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_arrives_with_its_words(kind):
    parameters = inspect.signature(kind).parameters.values()
    hints = typing.get_type_hints(kind.__init__)
    error = kind(*(sample(hints.get(item.name, str)) for item in parameters if item.kind is not item.VAR_KEYWORD))

    arrived = cross(error)

    assert fields(arrived) == fields(error)


def test_most_of_the_package_is_walked():
    assert len(VALUES) > 100
    assert {"AnswersError", "CatalogError", "PilotError", "PolicyError"} <= {kind.__name__ for kind in ERRORS}


def refuse(_: int) -> None:
    accept_answers(load_builtin("x"), {"kpi_baseline": "much"})


def test_a_refused_answer_does_not_end_a_pool():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(AnswersError, match="kpi_baseline") as caught:
            pool.submit(refuse, 1).result()
        assert caught.value.hint
        assert pool.submit(len, "still there").result() == 11


def test_a_snapshot_that_was_used_arrives_without_what_was_compiled(builtin):
    answers = {"created_on": "2026-05-01"}
    accept_answers(builtin, answers)

    arrived = cross(builtin)

    assert isinstance(arrived, type(builtin))
    assert accept_answers(arrived, answers).recorded == accept_answers(builtin, answers).recorded


def test_the_outcome_of_a_check_arrives(tmp_path):
    build_file_tree(tmp_path, {"pilot.yml": "name: x\nreview_by: 2020-01-01\nowners: {}\n", "kpis.yml": "kpis: [{}]\n"})
    outcome = check_pilot(tmp_path, CheckOptions(), today=dt.date(2026, 1, 1))

    arrived = cross(outcome)

    assert isinstance(arrived, type(outcome))
    assert arrived.verdict == outcome.verdict
    assert any(result.location.line for result in outcome.verdict.results)
