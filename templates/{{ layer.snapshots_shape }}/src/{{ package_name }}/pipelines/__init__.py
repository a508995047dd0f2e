"""The steps of the main job, each a command of its own. All of them begin by reading the table under its contract."""
