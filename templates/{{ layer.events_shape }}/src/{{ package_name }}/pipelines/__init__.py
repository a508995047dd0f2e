"""The steps of the main job, each a command of its own, and a file for each."""
