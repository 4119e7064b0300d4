"""Tests of `activities/crm/`."""
