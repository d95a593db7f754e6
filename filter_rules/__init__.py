"""Pure rules: list formats, compiled indexes, text folding and phrase scoring. Knows nobody."""
