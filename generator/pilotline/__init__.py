"""Pilotline: AI pilot repositories that already run, are measured, and stay current with their catalog."""

from pilotline.about import __version__

__all__ = ["__version__"]
