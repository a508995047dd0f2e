"""Random answers, as teams of any trade give them: generated, linted, typed, tested and run, by seed.

One seed is drawn in each continuous integration; `nox -s combinations` draws the others.
"""

import json
from random import Random

import pytest

from pilotline.template.answers import resolve_answers
from tests.e2e.test_pilots import CHECKS

pytestmark = pytest.mark.slow

SEEDS = range(16)
NAMES = (
    "Late payers", "Zahlungsziel 30", "Ärzte & Co.", "O'Brien's list", "Réclamations traitées", "Kunden: Nord/Süd",
    'The "good" pilot', "50 % weniger Ausschuss", "Ελένη", "x",
)  # fmt: skip
OUTCOMES = (
    ("Days until paid", "days", "lower"),
    ("Claims closed at first contact", "percent", "higher"),
    ("Cost of a ticket", "CURRENCY per ticket", "lower"),
    ("Energy used", "kWh", "lower"),
    ("Größe „echter“ Funde: je 100", "Funde per 100 Fälle", "higher"),
    ("Hours freed", "hours a week", "higher"),
)
OWNERS = ("head-of-collections", "Ada (claims)", "@acme/service-desk", "it's us: team 7")


def draw_answers(seed: int) -> dict[str, object]:
    """Draw answers that may stand beside each other; one in five seeds keeps the worked example."""
    chance = Random(seed)
    answers: dict[str, object] = {
        "project_name": chance.choice(NAMES), "package_name": f"pilot_{seed}",
        "prepared_for": chance.choice(("sandbox", "pilot", "production")),
        "ci_provider": chance.choice(("github", "gitlab")),
        "integrations": [name for name in ("postgres", "mlflow_server", "otlp") if chance.random() < 0.4],
        "data_classification": chance.choice(("public", "internal", "confidential")),
        "personal_data": chance.random() < 0.5,
    }  # fmt: skip
    if seed % 5 == 0:
        return answers
    title, unit, direction = chance.choice(OUTCOMES)
    currency = chance.choice(("EUR", "USD", "CHF", "JPY"))
    sign = 1 if direction == "higher" else -1
    baseline: object = chance.choice(("not measured yet", 41, 0.25, 120_000))
    change = chance.choice((5, 20, 60))
    aimed = f"{sign * change:+d} %" if isinstance(baseline, str) else baseline * (1 + sign * change / 100)  # type: ignore[operator]
    return answers | {
        "objective": chance.choice(("lower-cost-to-serve", "keep-revenue")),
        "kpi": title, "kpi_unit": unit.replace("CURRENCY", currency), "currency": currency, "kpi_direction": direction,
        "kpi_baseline": baseline, "kpi_target": aimed,
        "kpi_unit_value": chance.choice(("not known yet", 0.02, 85)),
        "owner": chance.choice(OWNERS), "shape": chance.choice(("none", "events", "snapshots")),
    }  # fmt: skip


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[] if seed == 1 else [pytest.mark.combinations]) for seed in SEEDS]
)
def test_a_pilot_of_random_answers_is_whole(make_pilot, run_in, run_pilot, seed):
    answers = draw_answers(seed)
    pilot = make_pilot(**answers)
    results = {" ".join(check): run_in(pilot, check) for check in CHECKS}
    failed = {name: f"{run.out[-3000:]}\n{run.err[-2000:]}" for name, run in results.items() if run.code}
    assert failed == {}, (answers, failed)
    ran = run_pilot(pilot, "run", "--json")
    if answers.get("shape", "none") != "none":
        assert (ran.code, "own-data" in ran.err) == (2, True), (answers, ran)  # code of a shape waits for its table
        return
    assert ran.code == 0, (answers, ran.err)
    first = json.loads(ran.out)["kpis"][0]
    assert (first["verdict"] == "not_measured_yet") == ("kpi" in answers), (answers, first)


def fitting(builtin, architecture):
    """Name the integrations that an architecture may have."""
    answers, _ = resolve_answers(builtin, {"architecture": architecture})
    (question,) = (item for item in answers.questions if item.question.name == "integrations")
    return [str(choice.value) for choice in question.choices if not choice.disabled]


@pytest.mark.parametrize("architecture", ["realtime_scoring", "rag_assistant"])
@pytest.mark.parametrize("checks", [CHECKS[:-1], pytest.param(CHECKS[-1:], marks=pytest.mark.combinations)])
def test_an_architecture_with_everything_that_fits_it_passes_its_own_checks(
    builtin, make_pilot, run_in, architecture, checks
):
    integrations = fitting(builtin, architecture)
    assert {"postgres", "mlflow_server", "otlp"} <= set(integrations)
    pilot = make_pilot(architecture=architecture, integrations=integrations)
    results = {" ".join(check): run_in(pilot, check) for check in checks}
    failed = {name: f"{run.out[-3000:]}\n{run.err[-2000:]}" for name, run in results.items() if run.code}
    assert failed == {}
