"""Which answers are still the worked example's, by what stands in the files now; pilots carry a copy of this file."""

from collections.abc import Mapping


def still_the_example(
    manifest: Mapping[str, object], kpis: Mapping[str, object], example: Mapping[str, object]
) -> tuple[str, ...]:
    """Keep of the list `example` in pilot.yml what is true: an entry whose value was replaced says nothing any more.

    Args:
        manifest: pilot.yml.
        kpis: kpis.yml.
        example: The example's own answers, as the organisation's file names them.
    """
    defined = kpis.get("kpis")
    first = _mapping(defined[0]) if isinstance(defined, list) and defined else {}
    now = {
        "owner": _mapping(manifest.get("owners")).get("business"),
        "kpi_baseline": _mapping(first.get("baseline")).get("value"),
        "kpi_target": _mapping(first.get("target")).get("value"),
        "kpi_unit_value": _mapping(first.get("value")).get("per_unit"),
    }
    listed = manifest.get("example")
    names = [str(name) for name in listed] if isinstance(listed, list) else []
    return tuple(name for name in names if name not in now or name not in example or now[name] == example[name])


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
