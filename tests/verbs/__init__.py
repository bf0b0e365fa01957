"""The verbs of handling, by what people expect of them."""
