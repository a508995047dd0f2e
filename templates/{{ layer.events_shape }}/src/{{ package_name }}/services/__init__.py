"""Use cases, a file for each: ports come in as arguments, values go out; no database, no tracking server, no screen."""
