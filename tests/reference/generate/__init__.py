"""Random scenarios for each kind of call: the same seed gives the same scenarios."""
