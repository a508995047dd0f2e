"""Copier in a process of its own: one copy, or one stage of migrations."""

import datetime as dt
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from copier import Settings, Worker, run_copy
from copier._main import _operation
from copier._settings import SettingsModel
from copier._template import Template
from copier._types import Phase
from copier.errors import CopierError, InvalidTypeError

from pilotline.files.worker_process import tell

_PLAIN = (str, int, float, bool, type(None), list, dict, dt.date)
_RECORDABLE = (dict, list, str, int, float, bool, type(None))


def work(order: Mapping[str, object]) -> dict[str, object]:
    """Do the work, and say what came of it in plain values: answers, one that Copier refuses, or an error."""
    warnings.simplefilter("ignore")
    tell("Copier is loaded")
    answer: dict[str, object] = yaml.safe_load(yaml.safe_dump(_answer(order), allow_unicode=True))
    return answer


def _answer(order: Mapping[str, object]) -> dict[str, object]:
    try:
        return _migrate(order) if order["work"] == "migrate" else _gather(_copy(order))
    except (ValueError, InvalidTypeError) as error:
        is_answer = not isinstance(error, CopierError) or isinstance(error, InvalidTypeError)
        return {"problem" if is_answer else "error": str(error) or type(error).__name__}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a template breaks is told to whoever asked
        return {"error": f"{type(error).__name__}: {error}"}


def _copy(order: Mapping[str, object]) -> Worker:
    data, exclude = order["data"], order["exclude"]
    _operation.set("update" if order["operation"] == "update" else "copy")
    return run_copy(
        str(order["src_path"]),
        str(order["dst_path"]),
        data if isinstance(data, dict) else {},
        answers_file=None if order["answers_file"] is None else Path(str(order["answers_file"])),
        vcs_ref=None if order["vcs_ref"] is None else str(order["vcs_ref"]),
        settings=Settings(),
        defaults=True,
        quiet=True,
        exclude=[str(pattern) for pattern in exclude] if isinstance(exclude, list) else [],
        unsafe=bool(order["unsafe"]),
        skip_tasks=bool(order["skip_tasks"]),
    )


def _migrate(order: Mapping[str, object]) -> dict[str, object]:
    """Run the migrations of one stage as Copier's own update does; before it, no answers are known yet."""
    data = order["data"]
    stage: Literal["before", "after"] = "before" if order["stage"] == "before" else "after"
    _operation.set("update")
    with Worker(
        str(order["src_path"]),
        Path(str(order["dst_path"])),
        data=data if isinstance(data, dict) else {},
        answers_file=None if order["answers_file"] is None else Path(str(order["answers_file"])),
        vcs_ref=str(order["vcs_ref"]),
        settings=SettingsModel(),
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=True,
    ) as worker:
        tasks = worker.template.migration_tasks(stage, Template(str(order["src_path"]), str(order["version_from"])))
        if stage == "after":
            with Phase.use(Phase.PROMPT):
                worker._ask()  # noqa: SLF001 - a whole update would write what is planned here
        with Phase.use(Phase.MIGRATE):
            worker._execute_tasks(tasks)  # noqa: SLF001
    return {}


def _gather(worker: Worker) -> dict[str, object]:
    """Take the answers that are plain values, and of these the ones that Copier records."""
    names = worker.template.questions_data
    hidden = worker.answers.hidden | worker.template.secret_questions
    known = {name: value for name, value in worker.answers.combined.items() if name in names}
    values = {name: value for name, value in known.items() if isinstance(value, _PLAIN)}
    recorded = {name: value for name, value in values.items() if name not in hidden and isinstance(value, _RECORDABLE)}
    return {"recorded": recorded, "values": values}
