"""Decisions that were made on request, in the pilot's database: tables and columns in the words of the case."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from .._platform import Column, Row, Scalar, SqlDatabase, Table
from .._platform.case import CaseWords
from .._platform.names import identifier
from ..domain.batch import Past
from ..domain.case import Case, Known, Outcome
from ..domain.served import Answered, Lived, Origin, Review, Rival
from ..domain.value import Choice

NUMBER: Final = "number"


class SqlServed:
    """Three tables: decisions, what people decided, and outcomes; all by the decision's id."""

    def __init__(self, database: SqlDatabase, words: CaseWords) -> None:
        self._database = database
        name = identifier(words.case)
        self.decisions = _decisions(f"{name}_decisions", f"{name}_id")
        self.reviews = _table(f"{name}_reviews", "written_at", ("action", "reviewed_by", "why"))
        self.outcomes = _table(f"{name}_outcomes", "written_at", ("outcome", "kind"))
        self._name = f"{name}_id"
        for table in (self.decisions, self.reviews, self.outcomes):
            database.ensure(table)

    def add(self, decisions: Sequence[Answered]) -> int:
        """Keep decisions, each once by its id; give the number of new ones."""
        return self._database.insert_once(self.decisions, [self._row(each) for each in decisions])

    def find(self, decision: str) -> Answered | None:
        """Read a decision back."""
        rows = self._database.query(self.decisions, {"decision": decision})
        return self._answered(rows[0]) if rows else None

    def review(self, review: Review) -> bool:
        """Keep what a person decided, once; tell whether that was new."""
        row: Row = {
            "decision": review.id,
            "written_at": review.at,
            "action": review.action,
            "reviewed_by": review.by,
            "why": review.why,
        }
        return bool(self._database.insert_once(self.reviews, [row]))

    def report(self, decision: str, outcome: Outcome, at: datetime) -> bool:
        """Keep what became of the case, once; tell whether that was new."""
        kind = NUMBER if isinstance(outcome, float) else "text"
        row: Row = {"decision": decision, "written_at": at, "outcome": str(outcome), "kind": kind}
        return bool(self._database.insert_once(self.outcomes, [row]))

    def outcome(self, decision: str) -> Outcome | None:
        """Read what became of it."""
        rows = self._database.query(self.outcomes, {"decision": decision})
        return _outcome(rows[0]) if rows else None

    def reviewed(self, decision: str) -> Review | None:
        """Read what a person decided."""
        rows = self._database.query(self.reviews, {"decision": decision})
        return _review(rows[0]) if rows else None

    def lived(self) -> list[Lived]:
        """Give all decisions whose outcome is known, in the order in which they were made."""
        outcomes = {str(row["decision"]): _outcome(row) for row in self._database.query(self.outcomes)}
        if not outcomes:
            return []
        reviews = {str(row["decision"]): _review(row) for row in self._database.query(self.reviews)}
        rows = self._database.query(self.decisions, order_by=["written_at", "decision"])
        found = [self._answered(row) for row in rows if str(row["decision"]) in outcomes]
        return [Lived(each, outcomes[each.id], reviews.get(each.id)) for each in found]

    def reachable(self) -> str | None:
        """Say what is wrong with the database, if something is."""
        self._database.query(self.outcomes, {"decision": ""})
        return None

    def past(self) -> list[Past]:
        """Give them as the KPI measures them: under the decision's own name, on the day on which it was made."""
        found = self.lived()
        return [
            Past(
                known=Known(
                    replace(each.answered.case, name=each.answered.id, day=each.answered.at.date()), each.outcome
                ),
                worked=each.done,
                rule=each.answered.rule,
                period=f"{each.answered.at:%Y-%m}",
            )
            for each in found
        ]

    def counts(self, version: str) -> tuple[int, int, int]:
        """Count what a version decided in the shadow, what it decided itself, and where it failed."""
        aside = self._database.tally(self.decisions, ["rival_action"], where={"rival_version": version})
        (own,) = self._database.tally(self.decisions, where={"model_version": version})
        failed = sum(int(str(each["rows"])) for each in aside if each["rival_action"] is None)
        made = sum(int(str(each["rows"])) for each in aside) - failed
        return made, int(str(own["rows"])), failed

    def _row(self, each: Answered) -> Row:
        case, rival = each.case, each.rival
        told = {"features": case.features, "group": case.group, "today": case.today}
        return {
            "decision": each.id,
            self._name: case.name,
            "day": case.day,
            "action": each.choice.action,
            "amount": each.choice.amount,
            "money": case.money,
            "likely": each.likely,
            "rule_action": each.rule.action,
            "rule_amount": each.rule.amount,
            "model_version": each.version,
            "rival_version": rival.version if rival else None,
            "rival_action": rival.choice.action if rival and rival.choice else None,
            "rival_amount": rival.choice.amount if rival and rival.choice else None,
            "reasons": json.dumps(each.reasons, ensure_ascii=False),
            "case_data": json.dumps(told, ensure_ascii=False),
            "caller": each.origin.caller,
            "request_id": each.origin.request_id,
            "trace_id": each.origin.trace_id,
            "written_at": each.at,
        }

    def _answered(self, row: dict[str, Scalar]) -> Answered:
        told: dict[str, Any] = json.loads(str(row["case_data"]))
        version, action = row["rival_version"], row["rival_action"]
        rival = Rival(str(version), None if action is None else Choice(str(action), _number(row["rival_amount"])))
        return Answered(
            id=str(row["decision"]),
            at=cast("datetime", row["written_at"]),
            case=Case(
                name=str(row[self._name]),
                features=tuple(told["features"]),
                day=cast("Any", row["day"]),
                group=told["group"],
                money=_number(row["money"]),
                today=told["today"],
            ),
            choice=Choice(str(row["action"]), _number(row["amount"])),
            likely=None if row["likely"] is None else _number(row["likely"]),
            rule=Choice(str(row["rule_action"]), _number(row["rule_amount"])),
            version=str(row["model_version"]),
            reasons=tuple(json.loads(str(row["reasons"]))),
            rival=None if version is None else rival,
            origin=Origin(str(row["caller"]), str(row["request_id"]), str(row["trace_id"])),
        )


def _outcome(row: dict[str, Scalar]) -> Outcome:
    return float(str(row["outcome"])) if row["kind"] == NUMBER else str(row["outcome"])


def _review(row: dict[str, Scalar]) -> Review:
    at = cast("datetime", row["written_at"])
    return Review(str(row["decision"]), at, str(row["action"]), str(row["reviewed_by"]), str(row["why"]))


def _number(value: Scalar) -> float:
    return float(cast("float", value))


def _table(name: str, written: str, texts: Sequence[str]) -> Table:
    columns = (Column("decision", "text", nullable=False), Column(written, "timestamp", nullable=False))
    return Table(name, (*columns, *(Column(text, "text", nullable=False) for text in texts)), key=("decision",))


def _decisions(name: str, case: str) -> Table:
    return Table(
        name,
        (
            Column("decision", "text", nullable=False),
            Column(case, "text", nullable=False),
            Column("day", "date"),
            Column("action", "text", nullable=False),
            Column("amount", "number", nullable=False),
            Column("money", "number", nullable=False),
            Column("likely", "number"),
            Column("rule_action", "text", nullable=False),
            Column("rule_amount", "number", nullable=False),
            Column("model_version", "text", nullable=False),
            Column("rival_version", "text"),
            Column("rival_action", "text"),
            Column("rival_amount", "number"),
            Column("reasons", "text", nullable=False),
            Column("case_data", "text", nullable=False),
            Column("caller", "text", nullable=False),
            Column("request_id", "text", nullable=False),
            Column("trace_id", "text", nullable=False),
            Column("written_at", "timestamp", nullable=False),
        ),
        key=("decision",),
    )
