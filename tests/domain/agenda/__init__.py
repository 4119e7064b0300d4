"""Tests of `domain/agenda/`."""
