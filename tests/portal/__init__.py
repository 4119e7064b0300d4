"""Tests of `portal/`."""
