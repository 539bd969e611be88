"""The overview (概览): a month on one screen, every figure a door to what it is made of."""
