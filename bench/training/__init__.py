"""Train the second opinion, and measure whether it is worth having."""
