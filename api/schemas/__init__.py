"""What goes in and out, each field described: the source of the OpenAPI document."""
