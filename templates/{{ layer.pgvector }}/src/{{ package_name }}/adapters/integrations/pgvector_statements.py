"""What is said to PostgreSQL."""

from typing import Final

# Full text as PostgreSQL keeps it: a heading's words are marked A, a text's B. No statistics on texts: their samples
# would stay in a table of the server's own.
# {s} is the schema, and the only thing that is put into a statement; everything else is a parameter.
LAYOUT: Final = """
CREATE SCHEMA IF NOT EXISTS {s};
CREATE TABLE IF NOT EXISTS {s}.passages_about (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.passages_documents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, name text NOT NULL, digest text NOT NULL,
  title text NOT NULL, changed timestamptz NOT NULL, readers text[] NOT NULL, UNIQUE (source, name));
CREATE TABLE IF NOT EXISTS {s}.passages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  document bigint NOT NULL REFERENCES {s}.passages_documents ON DELETE CASCADE,
  number integer NOT NULL, section text NOT NULL, heading text NOT NULL, text text NOT NULL, digest text NOT NULL,
  vector vector NOT NULL, words tsvector NOT NULL);
CREATE INDEX IF NOT EXISTS passages_of_document ON {s}.passages (document);
CREATE INDEX IF NOT EXISTS passages_words ON {s}.passages USING gin (words);
ALTER TABLE {s}.passages_documents ALTER name SET STATISTICS 0, ALTER title SET STATISTICS 0;
ALTER TABLE {s}.passages ALTER section SET STATISTICS 0, ALTER heading SET STATISTICS 0,
  ALTER text SET STATISTICS 0, ALTER words SET STATISTICS 0, ALTER vector SET STATISTICS 0
"""
# The rights are part of each statement: what somebody may not read is never fetched or ranked.
PERMITTED: Final = "d.source = ANY(%(sources)s) AND (d.readers = '{{}}' OR d.readers && %(groups)s)"
OF_DOCUMENTS: Final = "{s}.passages p JOIN {s}.passages_documents d ON d.id = p.document"
# PostgreSQL ranks by how often and where a word stands; how rare the word is, it leaves to the statement.
BY_WORDS: Final = (
    "WITH asked AS (SELECT lexeme, quote_literal(lexeme)::tsquery AS said FROM "
    "unnest(to_tsvector(%(language)s::regconfig, %(asked)s))), "
    "weighed AS MATERIALIZED (SELECT said, ln(1 + (SELECT count(*) FROM {s}.passages)::float8 / "
    "(1 + (SELECT count(*) FROM {s}.passages h WHERE h.words @@ said))) AS rarity FROM asked) "
    f"SELECT p.id, sum(rarity * ts_rank(%(weights)s::real[], p.words, said, 1)) AS rank FROM {OF_DOCUMENTS} "
    f"JOIN weighed ON p.words @@ said WHERE {PERMITTED} GROUP BY p.id ORDER BY rank DESC, p.id LIMIT %(limit)s"
)
BY_MEANING: Final = (
    f"SELECT p.id, -(p.vector <#> %(vector)s) AS near FROM {OF_DOCUMENTS} "
    f"WHERE {PERMITTED} ORDER BY p.vector <#> %(vector)s, p.id LIMIT %(limit)s"
)
READ: Final = (
    f"SELECT p.*, d.source, d.name, d.title, d.changed FROM {OF_DOCUMENTS} WHERE p.id = ANY(%(ids)s) AND {PERMITTED}"
)
PUT: Final = (
    "INSERT INTO {s}.passages (document, number, section, heading, text, digest, vector, words) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, setweight(to_tsvector(%s::regconfig, %s), 'A') || "
    "setweight(to_tsvector(%s::regconfig, %s), 'B'))"
)
