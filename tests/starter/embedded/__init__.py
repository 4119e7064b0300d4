"""Tests of `starter/embedded/`."""
