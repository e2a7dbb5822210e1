"""Texts from outside, made fit for storing and for answers."""


def utf_8(text: str) -> str:
    """The text without what UTF-8 cannot hold: JSON can escape half of a character."""
    return text.encode("utf-8", "replace").decode()
