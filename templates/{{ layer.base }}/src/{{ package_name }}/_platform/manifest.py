"""The fields of `pilot.yml` that the running pilot obeys."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import PilotError
from .rules.example_answers import still_the_example
from .rules.worth import Spending
from .yaml_text import load_yaml

PACKAGE = __package__.split(".")[0]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Owners(_Part):
    """Who answers for what."""

    business: str
    technical: str
    data: str


class DataFacts(_Part):
    """What the manifest says about the data."""

    classification: str
    personal: bool = False
    retention_days: int | None = None


class Costs(_Part):
    """What the pilot costs, in one currency; null while nobody has stated it."""

    currency: str
    build: float | None = 0
    run_per_month: float | None = 0
    people_per_month: float | None = 0

    @property
    def spending(self) -> Spending | None:
        """The same as the rule book takes it; None as long as a part of it is not stated."""
        if self.build is None or self.run_per_month is None or self.people_per_month is None:
            return None
        return Spending(self.currency, self.build, self.run_per_month, self.people_per_month)


class AiAct(_Part):
    """The risk class under the EU AI Act, which policies may narrow."""

    risk: str = Field(default="minimal", alias="class")


class ModelFacts(_Part):
    """How old a model may get before it has to be trained again."""

    max_age_days: int | None = None


class DecisionRights(_Part):
    """Who approves, who is told first, who repairs."""

    approves: str | None = None
    monitors: str | None = None
    repairs: str | None = None
    identities: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """All of them, by role or by address."""
        return tuple(name for name in (self.approves, self.monitors, self.repairs, *self.identities) if name)


class Manifest(_Part):
    """The fields of `pilot.yml` that the running pilot obeys."""

    name: str
    package: str
    distribution: str
    stage: str
    objective: dict[str, object] = {}
    owners: Owners
    data: DataFacts
    costs: Costs
    ai_act: AiAct = AiAct()
    decision_rights: DecisionRights = DecisionRights()
    example: tuple[str, ...] = ()
    model: ModelFacts = ModelFacts()


def read_manifest(root: Path) -> Manifest:
    """Read `pilot.yml`, refusing another pilot's."""
    path = root / "pilot.yml"
    try:
        data = load_yaml(path.read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(data)
    except (yaml.YAMLError, OSError) as error:
        raise PilotError(f"{path} cannot be read: {error}. Put it right.") from error
    except ValidationError as error:
        raise PilotError(f"{path} is not complete. {problems(error)}") from error
    if manifest.package != PACKAGE:
        raise PilotError(
            f"{path} belongs to the pilot {manifest.package}, not to {PACKAGE}: "
            f"run this in the repository of {PACKAGE}, or set PILOT_ROOT to it."
        )
    return manifest.model_copy(update={"example": _still_listed(root, data)} if manifest.example else {})


def _still_listed(root: Path, manifest: dict[str, object]) -> tuple[str, ...]:
    """Take off the list what is no longer the example's; a file that cannot be read is judged where it is used."""
    found: list[dict[str, object]] = []
    for path in (root / "kpis.yml", Path(__file__).with_name("organisation.yml")):
        try:
            data = load_yaml(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, OSError):
            data = None
        found.append(data if isinstance(data, dict) else {})
    kpis, organisation = found
    example = organisation.get("example")
    return still_the_example(manifest, kpis, example if isinstance(example, dict) else {})


def problems(error: ValidationError) -> str:
    """List every problem with its place and without the value, which may be a secret."""
    return " ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}." for item in error.errors(include_input=False))
