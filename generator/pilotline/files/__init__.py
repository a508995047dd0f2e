"""Files as values and on disk: what a render makes, what a folder holds, and one process at a time."""
