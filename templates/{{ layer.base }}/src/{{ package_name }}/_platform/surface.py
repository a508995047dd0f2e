"""What the team's code may import from the platform: kept for a major version, also when it moves to another file."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

# Whatever a file of the catalog that was handed to the team imports, of every layer: a pilot has those of its own.
# Everything else may change with any upgrade.
SURFACE: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("Column", "DONE", "FOUND", "INTERRUPTED", "PilotError", "Row", "Scalar", "SqlDatabase", "Table"),
    "after_run": ("next_step",),
    "anytime": ("Measurement", "Sample"),
    "case": ("CaseSettings", "CaseWords"),
    "chat.api": ("answers_api",),
    "chat.chat_metrics": ("ChatMetrics",),
    "chat.chatting": ("open_chat",),
    "chat.pages": ("chat_pages",),
    "chat.prompts": ("register_prompt",),
    "chat.replies": ("Cited", "Kind", "Piece", "Reply", "ShownDocument", "Turn"),
    "chat.section": ("ChatSettings",),
    "chat.traces": ("Traces",),
    "chat.turns": ("Turns",),
    "commands": ("TakesSteps", "job_commands", "pilot_without_shape", "platform_commands", "run_cli"),
    "commands.job_commands": ("AS_JSON",),
    "contract_pieces": ("enforce_pieces",),
    "contract_rules": ("Column", "Contract"),
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
    "guards.personal": ("redact",),
    "guards.pipeline": ("Guards",),
    "guards.section": ("GuardsSection",),
    "integrations": ("open_database", "open_tracking"),
    "job": ("Job", "Step", "Work"),
    "judged_models": (
        "EVALUATION_FILE",
        "EVALUATION_TAG",
        "NotJudgedError",
        "Registered",
        "newest",
        "obey_gate",
        "stored_evaluation",
    ),
    "kept_evidence": ("keep_evidence", "keep_kpis"),
    "kpi": ("Assessment", "Kpi", "assess", "read_kpis"),
    "live.port": ("Fact",),
    "live.section": ("LiveSection",),
    "live.sources": ("LiveSources",),
    "llm.endpoint": ("Endpoints",),
    "llm.meter": ("Meter",),
    "llm.opening": ("open_section",),
    "llm.port": ("ChatModel", "Message", "ModelFailure"),
    "llm.section": ("LlmSection",),
    "local_mlflow": ("LocalServer",),
    "looking": ("keep_nothing",),
    "measure_functions": ("BoundFunctions", "MeasureFunctions"),
    "measuring": ("PlatformParts", "measure_all", "measure_with_shape"),
    "mlflow_runs": ("Runs",),
    "monitoring": ("Metrics", "configure_logging", "logger", "span", "timed"),
    "names": ("identifier",),
    "odcs": ("read_contract",),
    "own_measures": ("ContractedTables", "ReadTable", "Tables"),
    "progress": ("tell",),
    "raw_tables": ("raw_pieces", "read_raw"),
    "recorded_spans": ("recording",),
    "report_page": ("list_file", "write_list", "write_page"),
    "retrieval.index": ("PassageIndex",),
    "retrieval.ingesting": ("Ingested", "Ingestion"),
    "retrieval.opening": ("open_encoder", "open_index", "open_reranker"),
    "retrieval.reranking": ("Reranker",),
    "retrieval.search": ("FoundPassage", "Search"),
    "retrieval.section": ("RetrievalSection", "SourceSection"),
    "retrieval.store": ("PassageStore",),
    "retrieval.vectors": ("Encoder", "WordVectors"),
    "review_evidence": ("Metric", "Report", "Slice"),
    "screen": ("Json", "Screen", "grid"),
    "sections": ("TableSettings",),
    "serving.contracted": ("Asked", "request_model"),
    "serving.scoring_metrics": ("ScoringMetrics",),
    "serving.section": ("ServingSection", "ServingSettings"),
    "serving.together": ("Together",),
    "settings": ("PlatformSettings", "Section"),
    "shown_kpis": ("show_kpis",),
    "shown_models": ("show_registered",),
    "sql_database": ("open_sqlite",),
    "switch": ("model_switch",),
    "tracking": ("ModelVersion", "TrackedRun", "Tracking", "Verdict"),
    "web.app": ("Served", "make_app"),
    "web.idempotency": ("Answer", "Idempotency", "Key"),
    "web.identity": ("Caller", "needs"),
    "web.keys": ("Keys",),
    "web.problems": ("Problem", "documented", "wrong_parts"),
    "web.section": ("WebSection",),
    "web.server": ("serve",),
    "web.web_metrics": ("WebMetrics",),
    "wording": ("number", "sentence"),
}
# What only files handed out by earlier versions import: a line goes with the next major version.
EARLIER: Final[Mapping[str, tuple[str, ...]]] = {
    "commands": ("measure_command",),
    "corrections": ("Corrections",),
    "exclusive": ("one_at_a_time",),
    "kept_apart": ("name_earlier",),
    "platform_measures": ("measure_platform",),
    "policies": ("check_endpoint",),
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
