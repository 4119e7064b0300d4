"""Tests of `starter/`."""
