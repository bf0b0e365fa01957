"""The HTTP interface: a Flask application on the engine; thin."""
