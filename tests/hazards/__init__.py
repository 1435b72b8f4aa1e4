"""Programs that a careless implementation computes wrongly, slowly, or never finishes."""
