"""Tests of `starter/web/api/`."""
