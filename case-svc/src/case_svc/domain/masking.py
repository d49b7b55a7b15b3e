"""What lists may show of a person."""


def masked_name(name: str) -> str:
    """`张*`, `欧阳*` stays recognisable by its first character only; companies keep the first two."""
    text = name.strip()
    if not text:
        return "*"
    kept = 2 if len(text) > 4 else 1
    return text[:kept] + "*" * min(len(text) - kept, 3)


def masked_id_number(number: str) -> str:
    """`610***********1234`: the region and the last four."""
    return f"{number[:3]}{'*' * 11}{number[-4:]}" if len(number) == 18 else "*" * len(number)
