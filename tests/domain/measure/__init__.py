"""Tests of `domain/measure/`."""
