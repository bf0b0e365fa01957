"""Sample whistles of our own making: fictional villages, departments and people, the same for the same seed."""
