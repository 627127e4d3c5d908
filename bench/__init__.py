"""Measurements, side by side with other implementations: ``make bench``."""
