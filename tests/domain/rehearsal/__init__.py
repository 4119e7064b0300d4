"""Tests of `domain/rehearsal/`."""
