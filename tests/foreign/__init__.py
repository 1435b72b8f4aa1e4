"""Packages that others wrote: every function decorated, their own test suites as the judge."""
