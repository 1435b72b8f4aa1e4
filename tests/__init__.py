"""Tests of pydron_ng; they mirror the package."""
