"""The commands for those who maintain a catalog."""
