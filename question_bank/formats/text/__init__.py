"""Reads papers typed as plain Chinese text, as trainers send them; Word goes through it too."""
