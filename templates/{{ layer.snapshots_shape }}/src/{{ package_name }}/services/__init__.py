"""Use cases: ports come in as arguments, values go out; no database, no tracking server, no screen."""
