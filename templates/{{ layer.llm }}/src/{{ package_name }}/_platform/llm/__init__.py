"""A language model that other programs serve, within limits of time and money."""
