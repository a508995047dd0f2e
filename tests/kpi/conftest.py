"""A pilot's KPI files: the generated manifests, and evidence as a pilot writes it."""

import json

import pytest

from pilotline.kpi.manifest import read_kpis
from pilotline.template.answers import accept_answers
from pilotline.template.render import render


@pytest.fixture(scope="session")
def manifests(builtin):
    tree = render(builtin, accept_answers(builtin, {"created_on": "2026-01-01"}))
    return {name: tree[name].content for name in ("pilot.yml", "kpis.yml")}


def around(value):
    return {"value": value, "low": value - 9000, "high": value + 9000}


def when(place):
    return {"window": f"w{place}", "measured_at": f"2026-0{place}-01T00:00:00+00:00"}


@pytest.fixture
def write_pilot(tmp_path, manifests):
    """Give a function that writes a pilot whose first KPI was measured with these gains."""

    def write(*gains, verdict="better", definition=None, **more):
        for name, content in manifests.items():
            (tmp_path / name).write_bytes(content)
        first = read_kpis(manifests["kpis.yml"])[0]
        same = {"format": 1, "kpi": first.id, "unit": first.unit, "definition": definition or first.hash, "n": 1126}
        same |= {"baseline": 49833, "rule": 49833, "verdict": verdict, "sentence": "It was measured. Worth much."}
        same |= {"method": "m", "units_per_month": 1.876, "command": "x measure", "commit": "abc", **more}
        lines = [
            {**same, **around(49833 + gain), "gain": {**around(gain), "against": "rule", "method": "m"}, **when(place)}
            for place, gain in enumerate(gains, start=1)
        ]
        folder = tmp_path / "governance" / "evidence"
        folder.mkdir(parents=True)
        (folder / "kpi.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return tmp_path

    return write
