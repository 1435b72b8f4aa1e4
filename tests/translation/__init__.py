"""Facts, shapes and meanings: what the analysis says, what is generated, what that does."""
