"""Started as newcomers start it."""
