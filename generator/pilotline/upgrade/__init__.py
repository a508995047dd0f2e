"""Moving a pilot to other answers or another version: planned as a merge, written so that a crash loses nothing."""
