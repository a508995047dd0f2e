"""What settings name is held against every list that applies, by one rule for files and for the running pilot."""

import pytest

POLICIES = {
    "contact": "the-office",
    "data": {
        "internal": {"hosts": ["*.internal", "One.example"], "providers": ["own", "cloud"], "models": ["small-*"]},
        "confidential": {"hosts": []},
    },
    "risk": {"high": {"providers": ["own"]}},
    "stages": {"production": {"hosts": ["*.production.internal"]}, "pilot": {"hosts": None}},
}


def manifest(data="internal", risk="minimal", stage="sandbox"):
    return {"data": {"classification": data}, "ai_act": {"class": risk}, "stage": stage}


def refused(book, settings, **situation):
    policies = book("policies")
    found = policies.find_refusals(POLICIES, manifest(**situation), policies.names_in(settings))
    return [f"{each.named.setting} {each.named.kind} {each.named.name} {each.policy}" for each in found]


@pytest.mark.parametrize(
    ("settings", "situation", "expected"),
    [
        ({"db": {"url": "postgresql://db.internal/x"}}, {}, []),
        ({"db": {"url": "postgresql://one.example/x"}}, {}, []),
        ({"kafka": {"bootstrap_servers": "kafka.evil.org:9092"}}, {}, ["kafka.bootstrap_servers hosts kafka.evil.org"]),
        ({"mqtt": {"broker": "mqtt.evil.org"}}, {}, ["mqtt.broker hosts mqtt.evil.org"]),
        ({"db": {"url": "postgresql:///shop?host=db.internal:5432"}}, {}, []),
        ({"a": [{"b": [["https://x.evil.org"]]}]}, {}, ["a.b hosts x.evil.org"]),
        ({"a": {"webhook": "https://x.evil.org"}}, {}, ["a.webhook hosts x.evil.org"]),
        ({"a": {"licence": "see evil.org"}}, {}, []),
        ({"db": {"url": "postgresql://127.0.0.1/x"}}, {"data": "confidential"}, []),
        ({"llm": {"provider": "cloud", "model": "small-1"}}, {}, []),
        ({"llm": {"model": "huge"}}, {}, ["llm.model models huge"]),
        ({"switch": {"model": True}}, {}, []),
    ],
)
def test_what_no_list_has_is_refused(book, settings, situation, expected):
    assert refused(book, settings, **situation) == [f"{text} data.internal" for text in expected]


def test_risk_and_stage_narrow_what_the_data_class_allows(book):
    provider, host = {"llm": {"provider": "cloud"}}, {"db": {"url": "https://a.internal"}}
    assert refused(book, provider, risk="high") == ["llm.provider providers cloud risk.high"]
    assert refused(book, host, stage="production") == ["db.url hosts a.internal stages.production"]
    assert refused(book, host, stage="pilot") == [], "a list that is not given narrows nothing"
    assert refused(book, host, data="unheard of") == ["db.url hosts a.internal data.unheard of"]


def test_a_refusal_says_what_is_listed(book):
    policies = book("policies")
    found = [
        str(each)
        for data in ("internal", "confidential")
        for each in policies.find_refusals(POLICIES, manifest(data), policies.names_of("db.url", "https://x.org"))
    ]
    assert found == [
        "db.url names x.org, which the policy data.internal does not list (it lists *.internal, One.example)",
        "db.url names x.org, which the policy data.confidential does not list (it lists nothing but this machine)",
    ]


def test_hosts_that_every_list_leaves(book):
    usable = book("policies").usable_hosts
    assert usable(POLICIES, manifest())[0] == ("*.internal", "One.example")
    assert usable(POLICIES, manifest("confidential")) == ((), "data.confidential")
