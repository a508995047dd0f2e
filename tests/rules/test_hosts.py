"""Every host of an address is seen, in every way in which clients write addresses."""

import pytest


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("postgresql://u:p@db.internal:5432/x", ("db.internal",)),
        ("postgresql+psycopg://a,b:5433/x", ("a", "b")),
        ("postgresql:///x?host=/var/run", ()),
        ("postgresql:///shop?host=db.sales.internal:5432", ("db.sales.internal",)),
        ("postgresql://localhost/x?host=Elsewhere.example", ("localhost", "elsewhere.example")),
        ("postgresql://%2Fvar%2Frun/db", ()),
        ("host=db.evil.org port=5432 dbname=x", ("db.evil.org",)),
        ("Server=tcp:db.evil.net,1433;Database=y", ("db.evil.net",)),
        ("jdbc:postgresql://db.evil.org:1/db", ("db.evil.org",)),
        ("jdbc:sqlserver://db.evil.org;databaseName=x", ("db.evil.org",)),
        ("jdbc:oracle:thin:@db.evil.org:1521:sid", ("db.evil.org",)),
        ("mongodb+srv://u:p@c.evil.org/?a=b", ("c.evil.org",)),
        ("redis+sentinel://a.x:1,b.x:2/m", ("a.x", "b.x")),
        ("kafka.evil.org:9092", ("kafka.evil.org",)),
        ("kafka:9092", ("kafka",)),
        ("mqtt.evil.org", ("mqtt.evil.org",)),
        ("a.org:9092, b.org:9092", ("a.org", "b.org")),
        ("http://a.x,http://b.y:1", ("a.x", "b.y")),
        ("http://a.x http://b.y", ("a.x", "b.y")),
        ("user@host", ("host",)),
        ("ftp://u:p@ss@h.x/", ("h.x",)),
        ("https://evil.org\\@good.internal/", ("evil.org",)),
        ("http://EX%61mple.org.:80", ("example.org",)),
        ("http://[::1]:5000", ("::1",)),
        ("[2001:db8::1]:99", ("2001:db8::1",)),
        ("2001:db8::1", ("2001:db8::1",)),
        ("10.0.0.5:9092", ("10.0.0.5",)),
        ("//files.evil.org/share", ("files.evil.org",)),
        ("\\\\files.evil.org\\share", ("files.evil.org",)),
        ("databricks", ("databricks",)),
        ("databricks://profile", ("databricks",)),
        ("uc:catalog", ("uc",)),
        ("localhost", ("localhost",)),
        ("sqlite:////tmp/x.db", ()),
        ("/var/run/postgresql", ()),
        ("primary", ()),
        ("", ()),
    ],
)
def test_every_host_of_an_address_is_seen(book, address, hosts):
    assert book("hosts").hosts_of(address) == hosts


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "0.0.0.0", "db.localhost"])
def test_this_machine_needs_no_leave(book, host):
    assert book("hosts").is_here(host)


@pytest.mark.parametrize("host", ["localhost.evil.org", "127.0.0.1.evil.org", "10.0.0.1", "::2", "databricks"])
def test_another_machine_does(book, host):
    assert not book("hosts").is_here(host)
