"""What the team's code may import from the platform: kept for a major version, also when it moves to another file."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

# Whatever a file of the catalog that was handed to the team imports. Everything else may change with any upgrade.
SURFACE: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("Column", "DONE", "FOUND", "INTERRUPTED", "PilotError", "Row", "Scalar", "SqlDatabase", "Table"),
    "after_run": ("next_step",),
    "anytime": ("Measurement", "Sample"),
    "case": ("CaseSettings", "CaseWords"),
    "commands": ("TakesSteps", "job_commands", "pilot_without_shape", "platform_commands", "run_cli"),
    "contract_pieces": ("enforce_pieces",),
    "contracts": (
        "Access",
        "Checked",
        "Contract",
        "ContractBroken",
        "enforce",
        "permit",
        "read_contract",
        "write_quarantine",
    ),
    "counted_reading": ("read_counted",),
    "counted_scoring": ("count_scored",),
    "derive": ("derive",),
    "drift": ("Drift", "compare"),
    "evidence": ("record",),
    "grouped_bars": ("Group", "Plot", "lay_out"),
    "integrations": ("open_database", "open_tracking"),
    "job": ("Job", "Step", "Work"),
    "judged_models": ("EVALUATION_FILE", "EVALUATION_TAG", "Registered", "newest", "obey_gate", "stored_evaluation"),
    "kept_evidence": ("keep_evidence",),
    "kpi": ("Assessment", "Kpi", "assess", "read_kpis"),
    "local_mlflow": ("LocalServer",),
    "measure_functions": ("BoundFunctions", "MeasureFunctions"),
    "measuring": ("PlatformParts", "measure_all", "measure_with_shape"),
    "monitoring": ("Metrics", "configure_logging", "span", "timed"),
    "names": ("identifier",),
    "own_measures": ("ContractedTables", "ReadTable", "Tables"),
    "raw_tables": ("raw_pieces", "read_raw"),
    "report_page": ("list_file", "write_list", "write_page"),
    "review_evidence": ("Metric", "Report", "Slice"),
    "screen": ("Json", "Screen", "grid"),
    "sections": ("TableSettings",),
    "settings": ("PlatformSettings", "Section"),
    "shown_kpis": ("show_kpis",),
    "shown_models": ("show_registered",),
    "sql_database": ("open_sqlite",),
    "switch": ("model_switch",),
    "tracking": ("ModelVersion", "TrackedRun", "Tracking", "Verdict"),
    "wording": ("number", "sentence"),
}
# What only files handed out by earlier versions import: a line goes with the next major version.
EARLIER: Final[Mapping[str, tuple[str, ...]]] = {
    "commands": ("measure_command",),
    "corrections": ("Corrections",),
    "exclusive": ("one_at_a_time",),
    "kept_apart": ("name_earlier",),
    "platform_measures": ("measure_platform",),
    "review_evidence": ("write_evaluation", "write_feedback"),
}
# Old file -> the file that holds it now -> names. A line goes with the major version after the move.
MOVED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "control": {
        "corrections": ("CORRECTIONS", "Corrections", "Counts"),
        "review_evidence": ("Metric", "Report", "write_evaluation", "write_feedback"),
        "switch": ("Switch", "model_switch", "turn"),
    },
    "evidence": {"platform_measures": ("measure_platform",), "wording": ("finding", "number", "sentence")},
    "systems": {
        "integrations": ("open_database", "open_tracking"),
        "local_mlflow": ("LocalServer",),
        "sql_database": ("SqlAlchemyDatabase", "open_sqlite"),
    },
}


def moved(module: str, names: dict[str, object]) -> Callable[[str], object]:
    """Make a module's `__getattr__`: what moved away is fetched from where it is now, with one warning in a process."""
    package, _, old = module.rpartition(".")

    def find(name: str) -> object:
        new = next((new for new, moved_there in MOVED[old].items() if name in moved_there), None)
        if new is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        text = f"{module}.{name} has moved to {package}.{new}: import it from there; the old name goes with version 2."
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        names[name] = found = getattr(import_module(f"{package}.{new}"), name)
        return found

    return find
