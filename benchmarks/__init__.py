"""What pydron_ng costs and wins, measured."""
