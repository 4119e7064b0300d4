"""Tests of `portal/room/`."""
