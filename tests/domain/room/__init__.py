"""Tests of `domain/room/`."""
