"""The web app as a real browser has it."""
