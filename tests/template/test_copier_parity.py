# ruff: noqa: E501 - templates stand in one line each, so that a feature is seen whole
"""Copier is the reference for every byte: the same answers give the same files, modes included."""

import datetime as dt
import itertools
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import copier
import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pilotline.catalog.loading import load_snapshot
from pilotline.catalog.reference import Reference
from pilotline.files.disk import write_tree
from pilotline.files.tree import Tree
from pilotline.template.answers import accept_answers, resolve_answers
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot
from tests.helpers import IDENTITY, build_file_tree, commit_all, executables_below, files_below, git, pilotline

ANSWERS_FILE = ".copier-answers.yml"


def copy_with_copier(source: Path | str, target: Path, data: dict[str, object], **options: object) -> dict[str, bytes]:
    """Render with Copier itself, through its documented function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Copier's notes on dirty or untagged templates are not the subject
        copier.run_copy(str(source), target, data=data, defaults=True, quiet=True, **options)  # type: ignore[arg-type]
    return files_below(target)


def without_identity(content: bytes) -> bytes:
    """Drop what names the source: the only lines in which both may differ."""
    return b"".join(
        line for line in content.splitlines(keepends=True) if not line.startswith((b"_src_path", b"_commit"))
    )


def assert_same(ours: Tree, theirs: dict[str, bytes], folder: Path) -> None:
    """Compare paths, bytes and modes."""
    assert set(ours) == set(theirs)
    for path, file in ours.items():
        content, expected = file.content, theirs[path]
        if path == ANSWERS_FILE:
            content, expected = without_identity(content), without_identity(expected)
        assert content == expected, path
    assert {path for path, file in ours.items() if file.executable} == executables_below(folder)


@pytest.fixture(scope="module")
def plain_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the built-in catalog as a plain folder, so that Copier reads exactly what pilotline reads."""
    folder = tmp_path_factory.mktemp("catalog")
    write_tree(load_snapshot(Reference(), "https://pilotline.invalid/x.git").tree, folder)
    return folder


@pytest.fixture(scope="module")
def plain_snapshot(plain_catalog: Path) -> Snapshot:
    return load_snapshot(Reference(str(plain_catalog)), "")


BUILTIN = load_snapshot(Reference(), "https://pilotline.invalid/x.git")


def offered(name: str, **given: str) -> list[str]:
    """Name the choices of a question beside some answers."""
    return list(resolve_answers(BUILTIN, given)[0].choices(name))


def every_combination() -> Iterator[object]:
    """Combine architectures, stages and CI providers with no and with all integrations, and each integration alone.

    Continuous integration has, of the first, each architecture at each stage, in turn at each provider, with no and with
    all integrations; and each integration alone with the first architecture that it fits. The others only repeat that.
    Other sets of integrations come at random below.
    """
    alone: set[str] = set()
    for turn, architecture in enumerate(offered("architecture")):
        names = offered("integrations", architecture=architecture)
        stages, providers = enumerate(offered("prepared_for")), enumerate(offered("ci_provider"))
        for (row, stage), (column, provider) in itertools.product(stages, providers):
            for number, chosen in enumerate(([], names)):
                shown = (row + turn) % 2 == column and (row + turn) // 2 % 2 == number
                marks = [] if shown else [pytest.mark.combinations]
                answers = {"architecture": architecture, "integrations": chosen}
                answers |= {"prepared_for": stage, "ci_provider": provider}
                yield pytest.param(answers, marks=marks, id="-".join(map(str, answers.values())))
        for name, stage in zip(names, itertools.cycle(offered("prepared_for")), strict=False):
            answers = {"architecture": architecture, "integrations": [name], "prepared_for": stage}
            marks = [pytest.mark.combinations] if name in alone else []
            alone.add(name)
            yield pytest.param(answers, marks=marks, id="-".join(map(str, answers.values())))


@pytest.mark.parametrize("given_answers", list(every_combination()))
def test_every_architecture_integration_stage_and_provider_is_the_same(
    plain_catalog, plain_snapshot, tmp_path, given_answers
):
    answers = {**given_answers, "created_on": "2026-05-01"}
    ours = render(plain_snapshot, accept_answers(plain_snapshot, answers))
    theirs = copy_with_copier(plain_catalog, tmp_path / "copier", answers)
    assert_same(ours, theirs, tmp_path / "copier")


AWKWARD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    str.strip
)
LINES = st.text(st.sampled_from("aÄß:'\"\\{}#%-[]&*!|>@`, \n\t€😀"), min_size=1, max_size=60).filter(str.strip)
VALID_ANSWERS = st.fixed_dictionaries(
    {
        "owner": AWKWARD,
        "kpi_unit": AWKWARD,
        "kpi_unit_value": st.floats(0.001, 1e6),
        "kpi_target": st.floats(1e6, 1e12),
        "kpi_baseline": st.floats(-1e5, 1e5),
        "currency": st.sampled_from(["EUR", "USD", "JPY"]),
        "objective": st.sampled_from(offered("objective")),
        "created_on": st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)).map(str),
    },
    optional={
        "project_name": AWKWARD.map(lambda text: f"A{text}"[:80]),
        "kpi": AWKWARD.map(lambda text: f"K{text}"),
        "technical_owner": AWKWARD,
        "data_owner": AWKWARD,
        "baseline_period": LINES,
        "baseline_source": LINES,
        "ai_act_reason": LINES,
        "package_name": st.from_regex(r"[a-z][a-z0-9]{2,12}(_[a-z0-9]{2,6})?", fullmatch=True).map(
            lambda name: f"p{name}"
        ),
        "personal_data": st.booleans(),
        "ai_act_class": st.sampled_from(["minimal", "limited", "high"]),
        **{name: st.sampled_from(offered(name)) for name in ("data_classification", "ai_act_role")},
        **{name: st.sampled_from(offered(name)) for name in ("architecture", "prepared_for", "ci_provider")},
        "integrations": st.lists(st.sampled_from(offered("integrations")), unique=True),
    },
)
HEALTHY = [HealthCheck.function_scoped_fixture]
FEW = settings(max_examples=4, deadline=None, suppress_health_check=HEALTHY)  # each takes Copier four seconds
MANY = settings(FEW, max_examples=40)


@MANY
@given(answers=VALID_ANSWERS)
@pytest.mark.combinations
def test_many_valid_answers_give_the_same_bytes(plain_catalog, plain_snapshot, tmp_path_factory, answers):
    gives_the_same_bytes(plain_catalog, plain_snapshot, tmp_path_factory, answers)


@FEW
@given(answers=VALID_ANSWERS)
@example(answers={"kpi_baseline": 1e-05, "kpi_target": 1e17, "kpi_unit_value": 1e-07})
def test_any_valid_answers_give_the_same_bytes(plain_catalog, plain_snapshot, tmp_path_factory, answers):
    gives_the_same_bytes(plain_catalog, plain_snapshot, tmp_path_factory, answers)


def gives_the_same_bytes(plain_catalog, plain_snapshot, tmp_path_factory, answers):
    resolved, problems = resolve_answers(plain_snapshot, answers)
    assume(not problems)  # not every architecture offers every integration
    target = tmp_path_factory.mktemp("copier")
    ours = render(plain_snapshot, resolved)
    assert_same(ours, copy_with_copier(plain_catalog, target, answers), target)
    kpi = yaml.safe_load(ours["kpis.yml"].content)["kpis"][0]
    kept = {"kpi_baseline": kpi["baseline"], "kpi_target": kpi["target"], "kpi_unit_value": kpi["value"]}
    for name, place in kept.items():
        assert place["per_unit" if name == "kpi_unit_value" else "value"] == resolved.values[name]


def test_a_version_of_a_git_repository_is_the_same(tmp_path):
    source = build_file_tree(
        tmp_path / "t",
        {"copier.yml": "x: 1\n", "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"},
    )
    commit_all(source, "one", tag="v1.0.0")
    loaded = load_snapshot(Reference(str(source)), "")
    theirs = copy_with_copier(source, tmp_path / "copier", {})
    ours = render(loaded, accept_answers(loaded, {}))
    assert {path: file.content for path, file in ours.items()} == theirs


def test_plain_copier_updates_a_pilot_of_the_built_in_catalog(tmp_path, home):
    """The built-in source is reached through git's own address mapping, as it is once it is published."""
    pilot = tmp_path / "pilot"
    published = tmp_path / "published"
    assert pilotline("new", pilot, "--defaults", environment=IDENTITY).code == 0
    recorded = yaml.safe_load((pilot / ANSWERS_FILE).read_text())
    published.mkdir()
    write_tree(load_snapshot(Reference(), "").tree, published)
    commit_all(published, "as released", tag=recorded["_commit"])
    agents = published / "templates/{{ layer.base }}/AGENTS.md"
    template = agents if agents.exists() else agents.with_name("AGENTS.md.jinja")
    template.write_text(template.read_text() + "\nA line that the catalog added.\n")
    commit_all(published, "better", tag="v999.0.0")
    git(tmp_path, "config", "--global", f"url.{published}.insteadOf", recorded["_src_path"])
    readme = pilot / "README.md"
    readme.write_text(readme.read_text() + "\nA line of the team.\n")
    commit_all(pilot, "our work")

    done = subprocess.run(
        [sys.executable, "-m", "copier", "update", "--defaults", "--skip-answered", "--vcs-ref", "v999.0.0"],
        cwd=pilot, env={**os.environ, **IDENTITY, "COPIER_CACHE_DIR": str(home / "copier")}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "A line that the catalog added." in (pilot / "AGENTS.md").read_text()
    assert "A line of the team." in readme.read_text()
    assert yaml.safe_load((pilot / ANSWERS_FILE).read_text()) == {**recorded, "_commit": "v999.0.0"}
    changed = git(pilot, "status", "--porcelain").split()
    assert set(changed) == {"M", ANSWERS_FILE, "AGENTS.md"}, "nothing else may change"
