"""``make sample``: writes the sample year into ``data/`` again; for who changes the sample, not for users."""

from pathlib import Path

from tests.sample.deliveries import write_sample

from minsheng.plan import load_plan

ROOT = Path(__file__).parents[2]
YEAR = 2017

if __name__ == "__main__":
    print(write_sample(ROOT / "data", load_plan(ROOT / "params", YEAR)))  # noqa: T201
