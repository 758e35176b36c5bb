"""Exact numbers as the decimals that foreign formats write. Pure."""

from fractions import Fraction


def decimal(number: Fraction) -> str:
    """A decimal; of a part that has no end five places."""
    if number.denominator == 1:
        return str(number.numerator)
    digits = f"{float(number):.5f}" if not _is_finite(number) else _finite(number)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _is_finite(number: Fraction) -> bool:
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1 and number.denominator < 10**15


def _finite(number: Fraction) -> str:
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    whole = abs(int(number * 10**places))
    sign = "-" if number < 0 else ""
    return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d}"
