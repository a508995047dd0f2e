"""Small things that a file of the Open Data Contract Standard is asked for."""

import re

from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaProperty, Team

from .contract_rules import Rule


def is_sound(rule: Rule) -> bool:
    """Tell whether a pattern is a regular expression."""
    try:
        return rule.check != "pattern" or bool(re.compile(str(rule.value)))
    except re.error:
        return False


def custom(properties: list[CustomProperty] | None, name: str) -> object:
    """Return the value of a custom property."""
    return next((item.value for item in properties or [] if item.property == name), None)


def missing_values(item: SchemaProperty) -> list[str]:
    """Return what stands for no value, as the metric missingValues lists it."""
    rules = [each for each in item.quality or [] if (each.metric or each.rule) == "missingValues"]
    listed = [(each.arguments or {}).get("missingValues") for each in rules]
    return [str(value) for values in listed if isinstance(values, list) for value in values if value is not None]


def owner_of(source: OpenDataContractStandard) -> str | None:
    """Name the member of the team whose role is owner."""
    members = source.team.members if isinstance(source.team, Team) else source.team
    return next((member.username or member.name for member in members or [] if member.role == "owner"), None)


def as_text(value: object) -> str | None:
    """Write a value as text; nothing stays nothing."""
    return None if value is None else str(value)


def first_line(error: Exception) -> str:
    """Shorten an error to its first line."""
    return str(error).strip().splitlines()[0].rstrip(".:")
