"""PostgreSQL behind the SQL port."""

from typing import Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..._platform import PilotError, SqlDatabase
from ..._platform.settings import PlatformSettings
from ..._platform.sql_database import SqlAlchemyDatabase

PROVIDES: Final = "sql"
SETTING: Final = "PILOT_INTEGRATIONS__POSTGRES__URL"


class Options(BaseModel):
    """The integration's own options, from `config/integrations/postgres.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(default="public", alias="schema")
    connect_timeout_seconds: int = Field(default=5, ge=1)
    pool_size: int = Field(default=5, ge=1)


def build(settings: PlatformSettings) -> SqlDatabase:
    """Open the database of the settings; a connection is tested before use, so a restarted server goes unnoticed."""
    integration = settings.integrations["postgres"]
    url = integration.url.get_secret_value() if integration.url else ""
    if not url:
        raise PilotError(
            f"PostgreSQL is enabled but has no address: set {SETTING}=postgresql://user:password@host:5432/database."
        )
    try:
        options = Options.model_validate(integration.model_extra or {})
        address = sa.make_url(url)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PilotError(f"config/integrations/postgres.toml is wrong: {problems}. Put it right.") from error
    except sa.exc.ArgumentError as error:
        raise PilotError(f"{SETTING} is no address: write postgresql://user:password@host:5432/database.") from error
    if address.get_backend_name() != "postgresql":
        raise PilotError(
            f"{SETTING} begins with {address.drivername}: write postgresql://user:password@host:5432/database."
        )
    engine = sa.create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=options.pool_size,
        connect_args={"connect_timeout": options.connect_timeout_seconds},
    )
    return SqlAlchemyDatabase(engine, schema=options.name, remedy=f"Check that it runs, and {SETTING}.")
