"""What tests share: short ways to write diagrams and to drive cases."""
