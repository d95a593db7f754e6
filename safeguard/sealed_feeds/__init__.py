"""How lists that are to be sealed come: one small loader a provider, and those that others install."""
