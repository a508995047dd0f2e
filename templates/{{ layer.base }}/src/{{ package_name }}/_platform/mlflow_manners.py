"""MLflow as a pilot wants it: silent, sending nothing home, and one sentence where it fails."""

import logging
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from . import PilotError


def quiet() -> None:
    """Switch telemetry off before MLflow is imported, and its chatter; MLFLOW_LOGGING_LEVEL=INFO brings that back."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    level = os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    if "sklearn" in sys.modules:  # a pilot that has models will load it: it looks its types up in all that is loaded,
        import skops.io  # noqa: F401 - and that takes a second less before MLflow is
    from mlflow.utils.logging_utils import disable_logging

    logging.getLogger("alembic").setLevel(logging.ERROR)
    if level == "ERROR":
        disable_logging()  # type: ignore[no-untyped-call]


@contextmanager
def clear_errors(uri: str) -> Iterator[None]:
    """Turn MLflow's errors into one sentence."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error) as error:
        raise PilotError(
            f"MLflow at {uri} {_complaint(error)}. Check that it runs and has room, and the setting tracking.uri."
        ) from error


def _complaint(error: Exception) -> str:
    """Say what went wrong in a line; of a connection that failed the system's own words, as the rest is the request."""
    first = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
    unreachable = "Max retries exceeded" in first and re.search(r"\[Errno -?\d+\] ([\w ]+)", first)
    return f"does not answer: {unreachable[1]}" if unreachable else f"refused: {first}"
