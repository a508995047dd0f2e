"""Catalogs: where one comes from, which versions it has, what it tells pilot teams."""
