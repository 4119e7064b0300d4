"""Tests of the repository itself: guards, documents, the launcher, what production needs, the benchmarks."""
