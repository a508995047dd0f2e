"""The pilot: its domain, its use cases and the adapters to the systems around it."""
