"""The built-in checks, one module per family; `registry.py` finds what they list in `CHECKS`."""
