"""A bounded mapping that keeps what was used lately."""

from collections.abc import Callable


def _weightless(_key: object, _value: object) -> int:
    return 0


class Recent[K, V]:
    """Two halves: when the young one is full it becomes the old one, and the old is forgotten.

    What is used moves to the young half, so what is asked often stays. It holds at most `most`
    entries, of at most `weight` in all by `weighs`; no step takes longer as it grows.
    """

    __slots__ = ("_half", "_half_weight", "_old", "_weighs", "_weight", "_young")

    def __init__(
        self, most: int, weight: int = 0, weighs: Callable[[K, V], int] = _weightless
    ) -> None:
        self._half = max(1, most // 2)
        self._half_weight = weight // 2
        self._weighs = weighs
        self._weight = 0
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def get(self, key: K) -> V | None:
        found = self._young.get(key)
        if found is None and (found := self._old.pop(key, None)) is not None:
            self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        weight = self._weighs(key, value)
        if len(self._young) >= self._half or self._weight + weight > self._half_weight:
            self._old, self._young, self._weight = self._young, {}, 0
        if weight <= self._half_weight:
            self._young[key] = value
            self._weight += weight
