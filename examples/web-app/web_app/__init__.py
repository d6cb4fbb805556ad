"""Answers questions with a model: an API that takes them, and workers that ask the fleet's model proxy."""
