"""Keeps each text of a prompt as a version in MLflow's prompt registry, so that an answer names the one behind it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ..manifest import PACKAGE
from ..mlflow_manners import clear_errors
from ..mlflow_runs import Runs
from ..revision import commit_of
from ..settings import find_root

if TYPE_CHECKING:
    from mlflow import MlflowClient

DIGEST: Final = "sha256"


@dataclass(frozen=True)
class Registered:
    """A prompt in the registry."""

    name: str
    version: int
    entity: Any


def register_prompt(runs: Runs, name: str, text: str) -> Registered:
    """Give the version that holds this text; a text that is none yet becomes one."""
    client, full = runs.client(), f"{PACKAGE.replace('_', '-')}-{name}"
    digest = sha256(text.encode()).hexdigest()
    with clear_errors(runs.uri):
        found = _find(client, full, text)
        if found is None:
            tags = {DIGEST: digest, "commit": commit_of(find_root()) or "none"}
            found = client.register_prompt(full, text, commit_message=f"config/prompts/{name}.md", tags=tags)
    return Registered(full, int(found.version), found)


def _find(client: "MlflowClient", name: str, text: str) -> Any:  # noqa: ANN401 - MLflow ships no types
    if client.get_prompt(name) is None:
        return None
    return next((each for each in client.search_prompt_versions(name) if each.template == text), None)
