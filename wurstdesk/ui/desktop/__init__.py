"""What the desktop around the window is told: how far the work is, and that it is done."""
