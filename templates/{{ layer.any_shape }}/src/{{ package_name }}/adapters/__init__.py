"""One file for each port's implementation: what the pilot needs from outside, done with real technology."""
