"""Tests of `playbooks/`."""
