"""Pure: the nouns of the data path and the one decision. No input or output, no clock."""
