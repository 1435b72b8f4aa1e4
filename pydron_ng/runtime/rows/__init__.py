"""Rows: several short calls of one site as one task.

``row`` is the task. ``filling`` is what running ahead does with rows: which calls go into which;
``sending`` how they become tasks; ``taking`` what the commit program does with their calls.
"""
