"""Whole programs as users write them; each must do scheduled what it does undecorated.

A module holds a few programs and ``CALLS``, the calls that are compared.
"""
