"""What a worked example consists of: it goes when a table of the team's own comes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..case import EVENTS
from ..kpi_edit import OF_THE_PLATFORM
from ..manifest import PACKAGE
from ..yaml_text import load_yaml

if TYPE_CHECKING:
    from ..settings import PlatformSettings

ORGANISATION: Final = Path(__file__).parents[1] / "organisation.yml"
ANSWERS: Final = ".copier-answers.yml"
TEST: Final = "tests/e2e/test_example.py"
EARLIER_TEST: Final = "tests/e2e/test_run.py"  # that of pilots in which it had no file of its own
# The code for events that the catalog hands to a team: of an example it is about customers and calls.
CODE: Final = {
    "adapters": ("__init__", "ledger", "model", "scores"),
    "domain": ("__init__", "call_list", "cases", "customers", "months", "orders", "policy", "ranking", "words"),
    "entrypoints": ("cli", "next_step", "screen", "steps", "views"),
    "pipelines": ("__init__", "intake", "learn", "measure", "plot", "report", "score"),
    "ports": ("__init__",),
    "services": ("__init__", "backtest", "evaluation", "intervals", "kinship", "live", "quality", "tallies"),
}
OTHERS: Final = ("bootstrap.py", "settings.py", "pipelines/report.html.j2")
NOTEBOOK: Final = "docs/team/model.ipynb"
TESTS: Final = (
    "conftest.py",
    "drawn.py",
    "contract/test_ports.py",
    "e2e/test_run.py",
    "unit/test_domain.py",
    "unit/test_intervals.py",
    "unit/test_services.py",
)


def is_example(root: Path) -> bool:
    """Tell whether the example is here: its table is."""
    table = _table()
    return table is not None and (root / table).is_file()


def is_example_table(root: Path, given: Path | None) -> bool:
    """Tell whether a table is the example's own."""
    table = _table()
    return given is not None and table is not None and given.resolve() == (root / table).resolve()


def baselines_of_the_example(root: Path, kpis: str) -> tuple[str, ...]:
    """Name the KPIs that still have the baseline which was measured on the example's table."""
    measured = _example().get("baselines") or {}
    found = []
    for kpi in load_yaml(kpis)["kpis"] if is_example(root) else ():
        function, known = (kpi.get("measure") or {}).get("function"), (kpi.get("baseline") or {}).get("value")
        if function and function not in OF_THE_PLATFORM and known is not None and measured.get(kpi["id"]) == known:
            found.append(str(kpi["id"]))
    return tuple(found)


def example_files(root: Path) -> tuple[str, ...]:
    """Name data, contract and test of the example, where they are."""
    test = TEST if (root / TEST).is_file() else EARLIER_TEST
    return tuple(path for path in (*_data(), test) if (root / path).is_file()) if is_example(root) else ()


def example_code(settings: "PlatformSettings", shape: str) -> tuple[str, ...]:
    """Name the example's code, where it is for another shape than the table has."""
    root = settings.root
    if not is_example(root) or shape == EVENTS or shape_of_code(settings) == shape:
        return ()
    source = f"src/{PACKAGE}"
    modules = [f"{source}/{folder}/{name}.py" for folder, names in CODE.items() for name in names]
    named = [*modules, *(f"{source}/{path}" for path in OTHERS), *(f"tests/{path}" for path in TESTS), NOTEBOOK]
    return tuple(path for path in named if (root / path).is_file())


def shape_of_code(settings: "PlatformSettings") -> str:
    """Return for which shape the pilot has code: as answered, else that of the example."""
    return str(_answers(settings.root).get("shape") or _example().get("shape") or EVENTS)


def starts_own(settings: "PlatformSettings") -> bool:
    """Tell whether the pilot was made for a case of its own."""
    return _answers(settings.root).get("start") == "own_case"


def _example() -> dict[str, Any]:
    """Read what the architecture says of its example; a case of the team's own has none."""
    found: dict[str, Any] = load_yaml(ORGANISATION.read_text(encoding="utf-8")).get("example") or {}
    return found


def _data() -> tuple[str, ...]:
    """Name the example's table, then what belongs to it."""
    return tuple(str(path) for path in _example().get("files") or ())


def _table() -> str | None:
    return next(iter(_data()), None)


def _answers(root: Path) -> dict[str, object]:
    path = root / ANSWERS
    found = load_yaml(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found if isinstance(found, dict) else {"shape": "none"}
