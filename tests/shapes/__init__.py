"""The common shapes of sequential code: docs/parallelism.md is written from these programs.

A module holds programs and ``SHAPES``: each with what it is an example of, and its size.
"""
