"""Tests of `wiring/`, through the two processes that stand on it."""
