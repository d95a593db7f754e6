"""Turn what a model says into a probability, by texts that it has not learned from."""

import numpy as np

from bench.training.learning import Floats

ROUNDS = 25  # of Newton's method; it is done after few


def calibrated(sure: Floats, labels: Floats, importance: Floats) -> tuple[float, float]:
    """Return the slope and the bias that make of `sure` the odds, as if half of all texts hurt.

    How many of a school's texts hurt nobody knows: far fewer than of these sets.
    """
    halves = np.where(
        labels > 0, 1 / importance[labels > 0].sum(), 1 / importance[labels == 0].sum()
    )
    weight = importance * halves
    slope, bias = 1.0, 0.0
    for _ in range(ROUNDS):
        guessed = 1 / (1 + np.exp(-np.clip(slope * sure + bias, -50, 50)))
        off, spread = weight * (guessed - labels), weight * guessed * (1 - guessed) + 1e-12
        gradient = np.array([(off * sure).sum(), off.sum()])
        mixed = (spread * sure).sum()
        curve = np.array([[(spread * sure * sure).sum(), mixed], [mixed, spread.sum()]])
        slope, bias = np.array([slope, bias]) - np.linalg.solve(curve, gradient)
    return float(slope), float(bias)
