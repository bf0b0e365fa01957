"""What an operator sees of the service: request numbers, the structured log, metrics, traces."""
