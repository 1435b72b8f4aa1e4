"""Runs on record: what became of every call, and what follows from that.

``recorder`` hears events and makes a ``record``, which is frozen data and a JSON file; all else
reads that.
"""
