"""pydron_ng and its peers side by side: the same works, one machine, one run."""
