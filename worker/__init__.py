"""RQ workers and the scheduler; thin."""
