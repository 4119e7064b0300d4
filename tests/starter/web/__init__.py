"""Tests of `starter/web/`."""
