"""Rules that a pilot and its centre of excellence must judge alike."""
