"""Finds the system that is switched on; the embedded one stands in until another is.

An integration is a module that provides one thing (`PROVIDES`, `build`); at most one of a kind is switched on.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from . import PilotError, SqlDatabase, TraceTarget, TrackingServer
from .kept_apart import keep_apart
from .local_mlflow import LocalServer
from .policies import check_endpoint, check_options
from .settings import PlatformSettings
from .sql_database import open_sqlite

Options = TypeVar("Options", bound=BaseModel)


def open_database(settings: PlatformSettings, integrations: str) -> SqlDatabase:
    """Return the database that is switched on, or the embedded one; `integrations` names the package to look in.

    What it holds of another data contract or KPI definition is set aside first.
    """
    database = connect_database(settings, integrations)
    keep_apart(settings, database)
    return database


def connect_database(settings: PlatformSettings, integrations: str) -> SqlDatabase:
    """Return the same to read a table of others in it: nothing is looked for, and nothing is written."""
    module = switched_on("sql", settings, integrations)
    if module is None:
        settings.var.mkdir(parents=True, exist_ok=True)
        check_endpoint(settings, settings.database_url, "database.url")
        return open_sqlite(settings.database_url)
    database: SqlDatabase = module.build(settings)
    return database


def open_tracking(settings: PlatformSettings, integrations: str) -> TrackingServer:
    """Return the MLflow server that is switched on, or the local store; `integrations` as for `open_database`."""
    module = switched_on("tracking", settings, integrations)
    if module is None:
        check_endpoint(settings, settings.tracking.uri or "", "tracking.uri")
        return LocalServer(settings.var, settings.tracking.uri)
    server: TrackingServer = module.build(settings)
    return server


def open_traces(settings: PlatformSettings, integrations: str) -> TraceTarget | None:
    """Return where an integration sends traces; None leaves it to `[tracing]`."""
    module = switched_on("traces", settings, integrations)
    target: TraceTarget | None = module.build(settings) if module else None
    return target


def read_options(options: type[Options], settings: PlatformSettings, name: str) -> Options:
    """Read an integration's own options, which are all that stands in its table beside `enabled` and `url`."""
    try:
        return options.model_validate(settings.integrations[name].model_extra or {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"config/integrations/{name}.toml is wrong: {problems}. Put it right.") from error


def _adapters(folder: str) -> set[str]:
    """Name the adapters that are there; a pilot without integrations may have neither their package nor its parent."""
    parent = folder.rpartition(".")[0]
    package = find_spec(folder) if not parent or find_spec(parent) else None
    return {found.name for found in iter_modules(package.submodule_search_locations)} if package else set()


def switched_on(kind: str, settings: PlatformSettings, folder: str) -> ModuleType | None:
    """Return the adapter that provides that kind, if one is switched on; `folder` names the package to look in."""
    present = _adapters(folder)
    wanted = sorted(name for name, integration in settings.integrations.items() if integration.on)
    absent = [name for name in wanted if name not in present]
    if absent:
        raise PilotError(
            f"The integration {absent[0]} is switched on, but this pilot has no adapter for it: "
            f"add it with `pilotline add {absent[0]}`, or take integrations.{absent[0]} out of the settings."
        )
    for name in wanted:
        check_options(settings, settings.integrations[name], f"integrations.{name}")
    modules = [import_module(f"{folder}.{name}") for name in wanted]
    _refuse_missing(dict(zip(wanted, modules, strict=True)), settings)
    fitting = [module for module in modules if kind == module.PROVIDES]
    if len(fitting) > 1:
        names = " and ".join(module.__name__.rsplit(".", 1)[-1] for module in fitting)
        raise PilotError(f"{names} both provide {kind}: switch one of them off (integrations.<name>.enabled = false).")
    return fitting[0] if fitting else None


def _refuse_missing(modules: dict[str, ModuleType], settings: PlatformSettings) -> None:
    """Name all addresses that are missing at once, as a start that names one after the other is a start too many."""
    named = {name: getattr(module, "SETTING", "") for name, module in modules.items()}
    needed = {name: setting for name, setting in named.items() if getattr(modules[name], "NEEDS_ADDRESS", True)}
    missing = sorted(setting for name, setting in needed.items() if setting and not settings.integrations[name].url)
    if len(missing) > 1:
        raise PilotError(
            f"These settings are missing: {', '.join(missing)}. Give each in the environment, or as a file of that "
            f"name in the folder that PILOT_SECRETS names."
        )
