"""Measures Canon as it is served: gunicorn, production settings, data of its own."""
