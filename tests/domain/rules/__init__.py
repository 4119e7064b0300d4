"""Tests of `domain/rules/`."""
