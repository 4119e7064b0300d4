"""Tests of `activities/channels/`."""
