"""Releases: the same image, by its digest, goes from environment to environment, and back where it fails.

Nothing here imports what the pilot works with, so a runner needs click and PyYAML only: `nox -s release -- …`.
"""
