"""Backends run bytes on workers and decide nothing; one file per kind."""
