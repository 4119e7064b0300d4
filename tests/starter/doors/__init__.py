"""Tests of `starter/doors/`."""
