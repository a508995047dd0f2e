"""How people and schedulers reach the pilot: its commands and what they show."""
