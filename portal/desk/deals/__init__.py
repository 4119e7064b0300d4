"""Deals at the desk: start an onboarding by a form, and introduce a prospect."""
