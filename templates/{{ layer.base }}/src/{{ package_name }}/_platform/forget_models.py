"""Runs and models past their day: what is in force stays, with all that it rests on, and is named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from .forget_files import Item
from .integrations import open_tracking
from .kept_champion import CHAMPION_OF
from .manifest import PACKAGE
from .mlflow_manners import clear_errors, quiet
from .settings import PlatformSettings

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.store.artifact.artifact_repo import ArtifactRepository
    from mlflow.store.entities import PagedList

Found = TypeVar("Found")
PARENT: Final = "mlflow.parentRunId"
PAGE: Final = 1000
TRACES: Final = 100  # at a time
REFUSED: Final = "challenger"  # an alias that earlier versions gave to what the gate refused: it is not in force


@dataclass(frozen=True)
class _InForce:
    """What stays, whatever its age: versions with an alias, their models, and the runs that they rest on."""

    versions: frozenset[str]
    models: frozenset[str]
    runs: frozenset[str]
    kept: tuple[str, ...]


def due_models(settings: PlatformSettings, before: datetime) -> tuple[list[Item], tuple[str, ...]]:
    """Find versions, stored models and runs of this pilot that began before a moment, in whatever server keeps them."""
    server = open_tracking(settings, f"{PACKAGE}.adapters.integrations")
    if server.uri == f"sqlite:///{settings.var / 'mlflow.db'}" and not (settings.var / "mlflow.db").exists():
        return [], ()
    quiet()
    with clear_errors(server.uri):
        server.prepare()
        import mlflow

        mlflow.set_tracking_uri(server.uri)
        mlflow.set_registry_uri(server.uri)
        client = mlflow.MlflowClient()
        return _due(settings, client, server.uri, round(before.timestamp() * 1000))


def _due(
    settings: PlatformSettings, client: "MlflowClient", uri: str, before: int
) -> tuple[list[Item], tuple[str, ...]]:
    name = settings.distribution
    found = client.get_experiment_by_name(settings.tracking.experiment or name)
    if found is None:
        return [], ()
    force, experiment = _in_force(client, name, before), found.experiment_id
    ours, old_models, old_runs = f"name='{name}'", f"creation_timestamp < {before}", f"attributes.start_time < {before}"
    versions = [
        str(each.version)
        for each in _all(lambda token: client.search_model_versions(ours, PAGE, page_token=token))
        if each.creation_timestamp < before and str(each.version) not in force.versions
    ]
    models = [
        (each.model_id, each.artifact_location)
        for each in _all(lambda token: client.search_logged_models([experiment], old_models, page_token=token))
        if each.model_id not in force.models
    ]
    runs = [
        (run.info.run_id, run.info.artifact_uri)
        for run in _all(lambda token: client.search_runs([experiment], old_runs, max_results=PAGE, page_token=token))
        if run.info.run_id not in force.runs
    ]
    items: list[Item] = []
    if traces := _count_traces(client, experiment, before):
        items.append(("traces of answers", traces, partial(_delete_traces, client, experiment, before)))
    if versions:
        items.append(("model versions", len(versions), partial(_delete_versions, client, name, versions)))
    if models:
        items.append(("stored models", len(models), partial(_delete_models, client, uri, models)))
    if runs:
        items.append(("MLflow runs", len(runs), partial(_delete_runs, client, uri, runs)))
    return items, force.kept


def _in_force(client: "MlflowClient", name: str, before: int) -> _InForce:
    from mlflow.exceptions import MlflowException

    try:
        aliases = dict(client.get_registered_model(name).aliases)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        aliases = {}
    versions, models, runs, kept = set[str](), set[str](), set[str](), []
    for alias, number in aliases.items():
        if alias == REFUSED or alias.startswith(CHAMPION_OF):
            continue
        version = client.get_model_version(name, str(number))
        versions.add(str(version.version))
        models.add(str(version.source).removeprefix("models:/"))
        runs |= {str(version.run_id), *map(str, version.tags.values())}
        if version.creation_timestamp < before:
            kept.append(
                f"model version {version.version} stays because it is in force ({alias}), with the runs that it rests "
                "on: train a new one, and it goes when that takes its place"
            )
    return _InForce(frozenset(versions), frozenset(models), frozenset(runs | _around(client, runs)), tuple(kept))


def _around(client: "MlflowClient", runs: Iterable[str]) -> set[str]:
    """Find the runs that others were part of; what is no run's id (tags hold other things too) has none."""
    from mlflow.exceptions import MlflowException

    found = set()
    for run_id in runs:
        try:
            found.add(client.get_run(run_id).data.tags.get(PARENT, ""))
        except MlflowException:
            continue
    return found


def _all(ask: "Callable[[str | None], PagedList[Found]]") -> "Iterator[Found]":
    """Go through all pages of an answer."""
    token = None
    while True:
        page = ask(token)
        yield from page
        token = page.token
        if not token:
            return


def _count_traces(client: "MlflowClient", experiment: str, before: int) -> int:
    old = f"timestamp_ms < {before}"
    return sum(
        1
        for _ in _all(
            lambda token: client.search_traces(
                locations=[experiment], filter_string=old, max_results=TRACES, page_token=token, include_spans=False
            )
        )
    )


def _delete_traces(client: "MlflowClient", experiment: str, before: int) -> None:
    while client.delete_traces(experiment, max_timestamp_millis=before - 1, max_traces=TRACES):
        pass


def _delete_versions(client: "MlflowClient", name: str, versions: Iterable[str]) -> None:
    for version in versions:
        client.delete_model_version(name, version)


def _delete_models(client: "MlflowClient", uri: str, models: Iterable[tuple[str, str]]) -> None:
    for model_id, place in models:
        _delete_artifacts(place)
        client.delete_logged_model(model_id)
    _erase(uri, "--logged-model-ids", [model_id for model_id, _ in models])


def _delete_runs(client: "MlflowClient", uri: str, runs: Iterable[tuple[str, str]]) -> None:
    for run_id, place in runs:
        _delete_artifacts(place)
        client.delete_run(run_id)
    _erase(uri, "--run-ids", [run_id for run_id, _ in runs])


def _delete_artifacts(place: str) -> None:
    """Delete the files of a run or a model, wherever MLflow keeps them; those that are gone already are."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    repository: ArtifactRepository = get_artifact_repository(place)
    if repository.list_artifacts():
        repository.delete_artifacts()  # type: ignore[no-untyped-call]


def _erase(uri: str, which: str, ids: list[str]) -> None:
    """Let MLflow take deleted entries out of a local database for good; on a server its operator runs `mlflow gc`."""
    if not uri.startswith("sqlite"):
        return
    from mlflow.cli import gc

    gc.main(["--backend-store-uri", uri, "--tracking-uri", uri, which, ",".join(ids)], standalone_mode=False)
