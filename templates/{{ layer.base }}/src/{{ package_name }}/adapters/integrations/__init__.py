"""Finds the integrations of this folder: each module provides one thing, and at most one of a kind is switched on."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ..._platform import PilotError
from ..._platform.mlflow_local import LocalServer
from ..._platform.policies import check_endpoint
from ..._platform.ports import SqlDatabase, TrackingServer
from ..._platform.settings import PlatformSettings
from ..._platform.sql import open_sqlite


def open_database(settings: PlatformSettings) -> SqlDatabase:
    """Return the database that is switched on, or the embedded one."""
    module = _switched_on("sql", settings)
    if module is None:
        settings.var.mkdir(parents=True, exist_ok=True)
        check_endpoint(settings, settings.database_url, "database.url")
        return open_sqlite(settings.database_url)
    database: SqlDatabase = module.build(settings)
    return database


def open_tracking(settings: PlatformSettings) -> TrackingServer:
    """Return the MLflow server that is switched on, or the local database."""
    module = _switched_on("tracking", settings)
    if module is None:
        check_endpoint(settings, settings.tracking.uri or "", "tracking.uri")
        return LocalServer(settings.var, settings.tracking.uri)
    server: TrackingServer = module.build(settings)
    return server


def _switched_on(kind: str, settings: PlatformSettings) -> ModuleType | None:
    present = {found.name for found in iter_modules(__path__)}
    wanted = sorted(name for name, integration in settings.integrations.items() if integration.on)
    absent = [name for name in wanted if name not in present]
    if absent:
        raise PilotError(
            f"The integration {absent[0]} is switched on, but this pilot has no adapter for it: "
            f"add it with `pilotline add {absent[0]}`, or take integrations.{absent[0]} out of the settings."
        )
    for name in wanted:
        url = settings.integrations[name].url
        check_endpoint(settings, url.get_secret_value() if url else "", f"integrations.{name}.url")
    modules = [import_module(f"{__name__}.{name}") for name in wanted]
    fitting = [module for module in modules if kind == module.PROVIDES]
    if len(fitting) > 1:
        names = " and ".join(module.__name__.rsplit(".", 1)[-1] for module in fitting)
        raise PilotError(f"{names} both provide {kind}: switch one of them off (integrations.<name>.enabled = false).")
    return fitting[0] if fitting else None
