"""Side-by-side benchmarks. They print ratios of one run; absolute numbers depend on the machine."""
