"""Stamping archives: rules, a journal, and signed files that can be taken back."""
