"""Tests of `portal/desk/`."""
