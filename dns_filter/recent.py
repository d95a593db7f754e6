"""A bounded mapping that keeps what was used lately."""


class Recent[K, V]:
    """Two halves: when the young one is full it becomes the old one, and the old is forgotten.

    What is used moves to the young half, so what is asked often stays. It holds at most `most`
    entries of at most `weight` in all, and no step takes longer as it grows.
    """

    __slots__ = ("_half", "_half_weight", "_old", "_weighs", "_young")

    def __init__(self, most: int, weight: int = 1 << 62) -> None:
        self._half = max(1, most // 2)
        self._half_weight = weight // 2
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._weighs = 0

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def get(self, key: K) -> V | None:
        found = self._young.get(key)
        if found is None and (found := self._old.pop(key, None)) is not None:
            self.put(key, found)
        return found

    def put(self, key: K, value: V, weight: int = 0) -> None:
        if len(self._young) >= self._half or self._weighs + weight > self._half_weight:
            self._old, self._young, self._weighs = self._young, {}, 0
        self._young[key] = value
        self._weighs += weight
