"""How well the detector tells risk from a history lesson: numbers, their gates and their page."""
