"""Making and maintaining a catalog: its first version, what is added to it, and its releases."""
