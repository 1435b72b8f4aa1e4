"""Random programs, sequential against scheduled.

``python -m tests.fuzz --programs 2000 --seed 1`` runs many and shrinks those that differ.
A new construct of the language is a production in ``statements.py`` or ``expressions.py``.
"""
