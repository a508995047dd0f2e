"""Which answers are still the worked example's, by what stands in the files now."""

from collections.abc import Mapping

from .plain import as_mapping, as_texts


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
    first = as_mapping(defined[0]) if isinstance(defined, list) and defined else {}
    now = {
        "owner": as_mapping(manifest.get("owners")).get("business"),
        "kpi_baseline": as_mapping(first.get("baseline")).get("value"),
        "kpi_target": as_mapping(first.get("target")).get("value"),
        "kpi_unit_value": as_mapping(first.get("value")).get("per_unit"),
    }
    names = as_texts(manifest.get("example"))
    return tuple(name for name in names if name not in now or name not in example or now[name] == example[name])
