"""The way of a pilot through its stages: what moves it forward, back or out, and the dated trace that this leaves."""
