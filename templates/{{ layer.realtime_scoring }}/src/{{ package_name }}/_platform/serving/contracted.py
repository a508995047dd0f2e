"""A request under the data contract: the contract's columns as the fields of a document, with the same rules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from ..contract_rules import Check, Column, Contract, Logical, Rule

TYPES: Final[Mapping[Logical, type]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": date,
    "timestamp": datetime,
}
LIMITS: Final[Mapping[Check, str]] = {"minimum": "ge", "maximum": "le", "above": "gt", "below": "lt"}
LENGTHS: Final[Mapping[Check, str]] = {"shortest": "min_length", "longest": "max_length"}
LONGEST: Final = 1000  # letters of a text, where the contract says nothing


class Asked(BaseModel):
    """What is known about a case when it is asked about."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def request_model(
    name: str, contracts: Sequence[Contract], needed: Collection[str], also: Collection[str]
) -> type[Asked]:
    """Make the document: fields for the columns that are `needed`, and for those that may be sent `also`."""
    fields: dict[str, Any] = {}
    for contract in contracts:
        for column in contract.columns:
            if column.name in fields or column.name not in {*needed, *also}:
                continue
            rules = [rule for rule in contract.rules if rule.columns == (column.name,)]
            must = column.name in needed and any(rule.check == "required" for rule in rules)
            kind = _kind(column, rules)
            fields[_identifier(column.name)] = (
                (kind, Field(alias=column.name)) if must else (kind | None, Field(default=None, alias=column.name))
            )
    return create_model(name, __base__=Asked, **fields)


def _kind(column: Column, rules: Sequence[Rule]) -> Any:  # noqa: ANN401 - a type that is made here
    listed = next((rule.value for rule in rules if rule.check == "among"), None)
    if isinstance(listed, tuple) and column.logical == "string":
        return Literal[tuple(str(value) for value in listed)]
    limits: dict[str, Any] = {"max_length": LONGEST} if column.logical == "string" else {}
    for rule in rules:
        if rule.check in LIMITS and column.logical in ("integer", "number"):
            limits[LIMITS[rule.check]] = float(str(rule.value))
        elif rule.check in LENGTHS and column.logical == "string":
            limits[LENGTHS[rule.check]] = int(str(rule.value))
        elif rule.check == "pattern" and column.logical == "string":
            limits["pattern"] = f"^(?:{rule.value})$"
    return Annotated[TYPES[column.logical], Field(strict=column.logical in ("integer", "string"), **limits)]


def _identifier(name: str) -> str:
    """Name the field: any column may be one, by its alias."""
    plain = "".join(sign if sign.isalnum() else "_" for sign in name)
    return (
        f"c_{plain}_{len(name)}"
        if not plain.isidentifier() or plain.startswith("_") or hasattr(Asked, plain)
        else plain
    )
