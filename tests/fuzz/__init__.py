"""Random programs, sequential against scheduled.

``python -m tests.fuzz --programs 20000 --record results`` runs many and shrinks those that differ;
``--replay 1:17`` shows one. A new construct of the language is a production, in ``statements.py``,
``flow.py``, ``nested.py``, ``definitions.py``, ``expressions.py`` or ``containers.py``; templates
come from the constructs of run-ahead, see ``constructs.py``.
"""
