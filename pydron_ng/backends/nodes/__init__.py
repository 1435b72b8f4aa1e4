"""Nodes: machines on which ``pydron node`` lets in whoever knows a token.

On both sides: ``address``, ``private``, ``certificate``, ``line``, ``greeting``. At the node:
``shares``, ``guest``, ``server``, ``dialling``. ``..remote.by_node`` carries for the program.
"""
