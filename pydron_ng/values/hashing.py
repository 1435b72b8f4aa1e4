"""The digest of what is small: hashlib's own, without OpenSSL, which hashlib loads first."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # it is an implementation detail of CPython
    from hashlib import blake2b

__all__ = ["blake2b"]
