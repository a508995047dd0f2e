"""The main job as steps: one command at a time, each step timed, traced and tracked, and what is shown at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

import click

from . import DONE, FOUND
from .exclusive import one_at_a_time
from .judged_models import NotJudgedError
from .kept_apart import name_earlier
from .looking import keep_nothing
from .measure_functions import BoundFunctions
from .measured_alone import measure_alone, rest_on_no_model
from .measuring import MeasuringParts
from .monitoring import configure_logging, span, timed
from .progress import heard_by
from .report_page import report_folder
from .screen import Json, Screen
from .settings import PlatformSettings, find_root


class JobParts(MeasuringParts, Protocol):
    """What every step works with, put together once."""

    @property
    def invocation(self) -> str:
        """Names this run of a command."""


P = TypeVar("P", bound=JobParts)
Data = TypeVar("Data")


@dataclass(frozen=True)
class Work(Generic[P]):
    """A command at work: its parts, its screen, its name, and the day that was asked for."""

    parts: P
    screen: Screen
    command: str
    as_of: date | None = None


@dataclass(frozen=True)
class Step(Generic[P, Data]):
    """One step: what it says when it begins, and what it does and shows."""

    text: str
    do: Callable[[Work[P], Data], Json]


@dataclass(frozen=True)
class Job(Generic[P, Data]):
    """The main job: reads the data once, then takes its steps in order.

    `places` says where people look next, `functions` measure KPIs by what the steps left.
    """

    build: Callable[[], P]
    settings: Callable[[], PlatformSettings]
    reading: str
    read: Callable[[P, str], Data]
    show: Callable[[Work[P], Data], Json]
    steps: Mapping[str, Step[P, Data]]
    places: Callable[[P, Data], Mapping[str, str]]
    functions: Callable[[P, Data], BoundFunctions]
    next_step: Callable[[P], str]

    @contextmanager
    def opened(self, command: str, *, as_json: bool, as_of: date | None = None) -> Iterator[Work[P]]:
        """Put the parts together when no other command is at work, trace it as one, give the connections back."""
        screen = Screen.open(as_json=as_json)
        waiting = one_at_a_time(find_root() / "var" / "run.lock", screen.progress)
        with heard_by(screen.progress), waiting:
            parts = self.build()
            configure_logging(parts.settings, parts.invocation)
            try:
                with span(command, run_id=parts.invocation):
                    yield Work(parts, screen, command, as_of)
            finally:
                parts.database.close()

    def run(self, as_of: date | None, *, as_json: bool) -> None:
        """Take all steps, one after the other."""
        with self.opened("run", as_json=as_json, as_of=as_of) as work:
            data = self._read(work)
            result: Json = {"data": self.show(work, data)}
            with work.parts.tracking.run("run", {"invocation": work.parts.invocation}):
                for name in self.steps:
                    result |= self._do(name, work, data)
            result |= {"where": self._show_places(work, data)}
            work.screen.title(f"Next: {self.next_step(work.parts)}")
            work.screen.finish(result)

    def take(self, name: str, as_of: date | None, *, as_json: bool) -> int:
        """Take a single step; a model that has not earned its place is the exit code 1."""
        command = click.get_current_context().info_name or name
        with self.opened(command, as_json=as_json, as_of=as_of) as work:
            data = self._read(work)
            try:
                result = self._do(name, work, data)
            except NotJudgedError:
                if name != "measure" or not rest_on_no_model(work.parts):
                    raise
                result = measure_alone(work.parts, work.screen, work.command)
            work.screen.finish(result)
        registered = result.get("registered")
        return FOUND if isinstance(registered, dict) and not registered["promoted"] else DONE

    @contextmanager
    def measures(self) -> Iterator[BoundFunctions]:
        """Give the functions that measure by what the steps left, to try one of them."""
        with self.opened("measure --try", as_json=True) as work, keep_nothing():
            work.screen.step(self.reading)
            yield self.functions(work.parts, self.read(work.parts, work.command))

    def _read(self, work: Work[P]) -> Data:
        work.screen.step(self.reading)
        with timed("read"):
            return self.read(work.parts, work.command)

    def _do(self, name: str, work: Work[P], data: Data) -> Json:
        step = self.steps[name]
        work.screen.step(step.text)
        with timed(name):
            return step.do(work, data)

    def _show_places(self, work: Work[P], data: Data) -> Json:
        """Say where everything is that a person may want to look at next."""
        settings, tracking = work.parts.settings, work.parts.tracking
        places = {"report": str(report_folder(settings) / "index.html"), **self.places(work.parts, data)}
        aside = places.pop("set aside")
        places |= {
            "MLflow": f"{tracking.uri}, experiment {settings.tracking.experiment or settings.distribution}",
            "metrics": str(settings.var / "metrics"),
            "set aside": aside,
        }
        if earlier := name_earlier(settings):
            places["earlier"] = earlier
        work.screen.title("Where to look")
        for name, place in places.items():
            work.screen.pair(name, place)
        return {name.replace(" ", "_").lower(): place for name, place in places.items()}
