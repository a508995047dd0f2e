"""A generated repository: what it was made with, what its team renamed or kept, and its derived files."""
