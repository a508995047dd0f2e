"""What concerns many pilots at once."""
