"""What a check sees of a pilot: its files, its history and the catalog that it came from, read when asked for."""
