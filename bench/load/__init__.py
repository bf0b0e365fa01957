"""The API under load: real HTTP, real sign-in, PostgreSQL with fsync on, API processes as `bihuan api` starts them."""
