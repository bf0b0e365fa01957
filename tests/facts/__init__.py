"""What was measured of SpiffWorkflow as it comes, and that it does not hold here."""
