"""Tests of `starter/web/intake/`."""
