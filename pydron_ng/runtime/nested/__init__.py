"""Calls that workers hand on to other workers, by way of the program."""
