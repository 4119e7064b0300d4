"""Tests of `starter/cli/`."""
