"""From what is needed to the architectures that fit, with the reasons and with what would change the advice.

The rules are the catalog's: `reference_architectures/needs.yml` says what is asked, and `advice` in each
architecture.yml how well an answer fits. An answer that it says nothing about neither speaks for nor against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_mapping
from pilotline.errors import CatalogError
from pilotline.template.snapshot import Snapshot

NEEDS_FILE = "reference_architectures/needs.yml"


@dataclass(frozen=True)
class Need:
    """One question about what is needed; `answers` gives the label of each."""

    id: str
    asks: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Fit:
    """What an architecture says about one answer: points for or against it, or that it rules it out."""

    need: str
    answer: str
    points: int
    because: str
    rules_out: bool = False


@dataclass(frozen=True)
class Candidate:
    """An architecture with its rules."""

    id: str
    title: str
    fits: tuple[Fit, ...]


@dataclass(frozen=True)
class Ranked:
    """How well an architecture fits: its points, and what speaks for and against it."""

    id: str
    title: str
    points: int
    reasons: tuple[Fit, ...]
    objections: tuple[Fit, ...]

    @property
    def is_ruled_out(self) -> bool:
        """Whether an answer rules it out."""
        return any(fit.rules_out for fit in self.objections)

    @property
    def fits(self) -> bool:
        """Whether it is worth a recommendation: more speaks for it than against it, and nothing rules it out."""
        return self.points > 0 and not self.is_ruled_out


@dataclass(frozen=True)
class Turn:
    """An answer that would change the advice, and what would be recommended then; nothing where none would fit."""

    need: str
    answer: str
    then: str


@dataclass(frozen=True)
class Advice:
    """The architectures by how well they fit, and what would change that."""

    ranked: tuple[Ranked, ...]
    turns: tuple[Turn, ...]

    @property
    def best(self) -> Ranked | None:
        """The architecture to take; None where none fits."""
        return next((item for item in self.ranked if item.fits), None)


def recommend(candidates: tuple[Candidate, ...], needs: tuple[Need, ...], given: Mapping[str, str]) -> Advice:
    """Rank architectures by what is needed.

    Args:
        candidates: The architectures, in the order that decides between equals.
        needs: What can be asked.
        given: Answers by need; what nobody knows is left out.
    """
    ranked = _rank(candidates, given)
    best = next((item.id for item in ranked if item.fits), "")
    turns = []
    for need in needs:
        for answer in need.answers:
            if given.get(need.id) != answer:
                then = next((item.id for item in _rank(candidates, {**given, need.id: answer}) if item.fits), "")
                if then != best:
                    turns.append(Turn(need.id, answer, then))
    return Advice(ranked, tuple(turns))


def _rank(candidates: tuple[Candidate, ...], given: Mapping[str, str]) -> tuple[Ranked, ...]:
    judged = [_judge(candidate, given) for candidate in candidates]
    return tuple(sorted(judged, key=lambda item: (item.is_ruled_out, -item.points)))


def _judge(candidate: Candidate, given: Mapping[str, str]) -> Ranked:
    said = [fit for fit in candidate.fits if given.get(fit.need) == fit.answer]
    objections = tuple(fit for fit in said if fit.rules_out or fit.points < 0)
    reasons = sorted((fit for fit in said if fit not in objections), key=lambda fit: -fit.points)
    return Ranked(candidate.id, candidate.title, sum(fit.points for fit in said), tuple(reasons), objections)


def read_needs(snapshot: Snapshot) -> tuple[Need, ...]:
    """Read what a catalog asks about needs; nothing where it has no such questions.

    Raises:
        CatalogError: The file cannot be read.
    """
    if NEEDS_FILE not in snapshot.tree:
        return ()
    listed = _mapping(snapshot, NEEDS_FILE).get("needs")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return tuple(_need(row) for row in rows)


def _need(row: Mapping[object, object]) -> Need:
    answers = row.get("answers")
    labels = {str(key): str(label) for key, label in answers.items()} if isinstance(answers, dict) else {}
    return Need(str(row.get("id", "")), str(row.get("asks", row.get("id", ""))), labels)


def read_candidates(snapshot: Snapshot) -> tuple[Candidate, ...]:
    """Read what each architecture says about needs, by id.

    Raises:
        CatalogError: One of them cannot be read.
    """
    places = sorted(
        p for p in snapshot.tree if p.startswith("reference_architectures/") and p.endswith("/architecture.yml")
    )
    return tuple(_candidate(place.split("/")[1], _mapping(snapshot, place)) for place in places)


def _candidate(identifier: str, data: Mapping[str, object]) -> Candidate:
    listed = data.get("advice")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    fits = tuple(
        Fit(
            str(row.get("need", "")),
            str(row.get("answer", "")),
            0 if row.get("rules_out") else int(row.get("points", 0)),
            str(row.get("because", "")),
            bool(row.get("rules_out", False)),
        )
        for row in rows
    )
    return Candidate(identifier, str(data.get("title", identifier)), fits)


def _mapping(snapshot: Snapshot, place: str) -> Mapping[str, object]:
    try:
        return parse_mapping(snapshot.tree[place].content) or {}
    except YamlError as error:
        raise CatalogError(f"{place}, {explain_yaml_error(error)}.", "Mend the YAML and try again.") from error
