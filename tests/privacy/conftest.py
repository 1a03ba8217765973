"""Numbers made for the tests: valid by their own rules, of nobody."""

import random
from collections.abc import Iterator

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def check_digit(digits: str) -> str:
    """GB 11643, written down a second time: the sum of all eighteen, weighted, is 1 modulo 11."""
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    value = (1 - total) % 11
    return "X" if value == 10 else str(value)


def card(prefix: str, length: int, seed: int) -> str:
    """A card number that passes Luhn."""
    body = prefix + "".join(random.Random(seed).choices("0123456789", k=length - len(prefix) - 1))
    total = sum(sum(divmod(int(d) * (2 if at % 2 == 0 else 1), 10)) for at, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def ids(count: int, seed: int = 1) -> list[str]:
    """IDs of the city's regions and others; no two of them look alike when masked."""
    return list(_ids(count, random.Random(seed)))


def _ids(count: int, chance: random.Random) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    while len(seen) < count:
        region = (
            chance.choice(["51"] * 5 + ["11", "32", "44", "65"])
            + f"{chance.randint(1, 70):02}{chance.randint(1, 89):02}"
        )
        born = f"{chance.randint(1920, 2017)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        body = region + born + f"{chance.randint(0, 999):03}"
        number = body + check_digit(body)
        if (region, number[-4:]) not in seen:
            seen.add((region, number[-4:]))
            yield number


def masked(number: str) -> str:
    """What may be shown of an ID."""
    return f"{number[:6]}********{number[-4:]}"
