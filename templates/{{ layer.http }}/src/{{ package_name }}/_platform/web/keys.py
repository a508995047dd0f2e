"""API keys: shown once, kept as a hash, with scopes and an end; a new one is given out before the old one ends."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from .. import Column, PilotError, Row, Scalar, SqlDatabase, Table

PREFIX: Final = "pk"
FRESH: Final = 5.0  # seconds for which what the table says is believed: a revoked key works no longer than that
TABLE: Final = Table(
    "web_keys",
    (
        Column("id", "text", nullable=False),
        Column("name", "text", nullable=False),
        Column("scopes", "text", nullable=False),
        Column("digest", "text", nullable=False),
        Column("created_at", "timestamp", nullable=False),
        Column("ends_at", "timestamp", nullable=False),
        Column("revoked_at", "timestamp"),
    ),
    key=("id",),
    lasting=True,
)


@dataclass(frozen=True)
class Key:
    """What is kept of a key; the secret itself is not."""

    id: str
    name: str
    scopes: frozenset[str]
    digest: str
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """Say whether it still opens."""
        return "revoked" if self.revoked_at else "ended" if self.ends_at <= now else "valid"


class Keys:
    """The keys in the pilot's database."""

    def __init__(self, database: SqlDatabase, pepper: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._pepper, self._clock = database, pepper.encode(), clock
        self._known: dict[str, Key] = {}
        self._until = float("-inf")
        database.ensure(TABLE)

    def create(self, name: str, scopes: Iterable[str], days: int) -> tuple[Key, str]:
        """Make a key; its text is returned this once."""
        now = now_utc()
        number, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = Key(number, name, frozenset(scopes), self._digest(secret), now, now + timedelta(days=days), None)
        self._database.upsert(TABLE, [_row(key)])
        return key, f"{PREFIX}_{number}_{secret}"

    def rotate(self, number: str, days: int, overlap_hours: float) -> tuple[Key, str]:
        """Make a key in another's place, which works on for a while, so that callers change over without a gap."""
        old = self.find(number)
        made = self.create(old.name, old.scopes, days)
        ends = min(old.ends_at, now_utc() + timedelta(hours=overlap_hours))
        self._database.upsert(TABLE, [_row(old) | {"ends_at": ends}])
        return made

    def revoke(self, number: str) -> Key:
        """End a key now."""
        row = _row(self.find(number)) | {"revoked_at": now_utc()}
        self._database.upsert(TABLE, [row])
        return _key(row)

    def find(self, number: str) -> Key:
        """Find a key by its id."""
        found = next((key for key in self.all() if key.id == number), None)
        if found is None:
            raise PilotError(f"There is no key {number}: `keys list` names those that there are.")
        return found

    def all(self) -> Sequence[Key]:
        """Give all keys, in the order in which they were made."""
        return [_key(row) for row in self._database.query(TABLE, order_by=["created_at", "id"])]

    @property
    def fresh(self) -> bool:
        """Whether what was read last is still believed: then `open` asks no database."""
        return self._clock() < self._until

    def open(self, text: str, *, anew: bool = False) -> Key | None:
        """Find the valid key that a text is; None where it is none. `anew` believes nothing that was read before."""
        prefix, _, rest = text.partition("_")
        number, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        if anew or not self.fresh:
            self._known = {key.id: key for key in self.all()}
            self._until = self._clock() + FRESH
        key = self._known.get(number)
        fits = hmac.compare_digest(key.digest if key else "", self._digest(secret))
        return key if key and fits and key.state(now_utc()) == "valid" else None

    def _digest(self, secret: str) -> str:
        """A secret of 256 bits needs no slow hash: it cannot be guessed."""
        return hmac.new(self._pepper, secret.encode(), hashlib.sha256).hexdigest()


def now_utc() -> datetime:
    """Give the moment as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _row(key: Key) -> dict[str, Scalar]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": " ".join(sorted(key.scopes)),
        "digest": key.digest,
        "created_at": key.created_at,
        "ends_at": key.ends_at,
        "revoked_at": key.revoked_at,
    }


def _key(row: Row) -> Key:
    return Key(
        id=str(row["id"]),
        name=str(row["name"]),
        scopes=frozenset(str(row["scopes"]).split()),
        digest=str(row["digest"]),
        created_at=cast("datetime", row["created_at"]),
        ends_at=cast("datetime", row["ends_at"]),
        revoked_at=cast("datetime | None", row["revoked_at"]),
    )
