"""The KPIs of a pilot as an architecture tells them, and as definitions of the organisation."""

from collections.abc import Collection, Mapping, Sequence

from pilotline.authoring.described_text import TO_FILL, number, text, word, write_yaml
from pilotline.rules.plain import as_mapping, as_mappings


def tell_outcome(
    outcome: Mapping[str, object], like: Mapping[str, object], definitions: Collection[str]
) -> dict[str, object]:
    """Take the outcome as the pilot's manifest has it; a number that nobody has measured stays open."""
    baseline, target, value = (as_mapping(outcome.get(key)) for key in ("baseline", "target", "value"))
    name = word(outcome.get("id")) or "kpi"
    uses = text(outcome.get("uses"))
    assumed = [
        {key: each[key] for key in ("text", "share", "basis")}
        for each in as_mappings(value.get("assumptions"))
        if number(each.get("share")) is not None and {"text", "basis"} <= each.keys()
    ]
    return {
        "id": name,
        "uses": uses if uses in definitions else f"{name}@1",
        "title": text(outcome.get("title")) or TO_FILL,
        "question": text(outcome.get("question")) or TO_FILL,
        "unit": text(outcome.get("unit")) or TO_FILL,
        "currency": text(value.get("currency")) or like.get("currency"),
        "direction": word(outcome.get("direction")) or "higher",
        "baseline": number(baseline.get("value")),
        "target": number(target.get("value")),
        "unit_value": number(value.get("per_unit")),
        "assumptions": assumed
        or [{"text": f"{TO_FILL}: why one unit is worth that much", "share": 1, "basis": "assumed"}],
        "period": text(baseline.get("period")) or TO_FILL,
        "source": text(baseline.get("source")) or TO_FILL,
        "measure": as_mapping(outcome.get("measure")) or like.get("measure"),
    }


def tell_measurement(outcome: Mapping[str, object], like: Mapping[str, object]) -> dict[str, object]:
    """Take how the outcome is measured and decided on; what the manifest does not say stays as it was."""
    decision = as_mapping(outcome.get("decision"))
    found = {key: outcome.get(key) for key in ("window", "minimum_sample", "attribution")}
    found |= {"go_on": word(decision.get("go_on")) or None, "otherwise": decision.get("otherwise")}
    return {**like, **{key: value for key, value in found.items() if isinstance(value, str | int)}}


def keep_further(listed: Sequence[Mapping[str, object]], like: Sequence[Mapping[str, object]]) -> list[object]:
    """Keep the architecture's other KPIs that the pilot still has."""
    ours = {each.get("id") for each in listed if isinstance(each.get("id"), str)}
    return [dict(each) for each in like if each.get("id") in ours]


def write_definition(kpi: Mapping[str, object], formula: str) -> str:
    """Write the organisation's definition of a KPI that a pilot defined for itself."""
    name, _, version = str(kpi["uses"]).partition("@")
    said = {"id": name, "version": int(version), "title": kpi["title"], "formula": formula or "not stated yet"}
    owner = f"{TO_FILL}: who answers for the definition"
    return write_yaml({**said, "unit": kpi["unit"], "direction": kpi["direction"], "owner": owner})
