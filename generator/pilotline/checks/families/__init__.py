"""The built-in checks, one module per family; `registry.py` lists the modules."""
