"""What tests and benchmarks share: real servers started from wheels."""
