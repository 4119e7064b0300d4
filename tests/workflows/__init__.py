"""Tests of `workflows/`, on the time-skipping server."""
