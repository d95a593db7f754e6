"""Who asks: what the school has written down, and what sources say just now, for each address."""
