"""Turns the 8x8 bitmaps of the digits data set back into strokes and draws them anew.

The data set's bitmaps are cut tight around each digit. People draw smaller, aside, aslant and with other pens, and
their pictures reach the model through a resize filter; without these redrawn copies a model that is near perfect on
the bitmaps fails on a drawing pad.
"""

import numpy as np
from PIL import Image

FIELD = 32  # the side of the bitmaps that the data set's 4x4 block counts were made from
MARGIN = 8  # empty ground around the field, so that sampling beyond the digit finds nothing


def enlarge(bitmaps: np.ndarray, side: int) -> np.ndarray:
    """The bitmaps (0 to 16) as a picture viewer enlarges them, about 0 to 1."""
    return np.stack([
        np.asarray(Image.fromarray(bitmap.astype(np.float32)).resize((side, side), Image.Resampling.BICUBIC))
        for bitmap in bitmaps.reshape(-1, 8, 8) / 16
    ])


def fields(bitmaps: np.ndarray) -> np.ndarray:
    """Smooth 48x48 ink density of each bitmap, about 1 inside a stroke and 0 outside."""
    return np.pad(enlarge(bitmaps, FIELD), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))


def sample(field: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bilinear reading of field[n] at y[n], x[n]; beyond the border stands the border, which is empty."""
    n = np.arange(len(field))[:, None, None]
    top = field.shape[1] - 1.001
    y, x = np.clip(y, 0, top), np.clip(x, 0, top)
    y0, x0 = y.astype(int), x.astype(int)
    dy, dx = y - y0, x - x0
    upper = field[n, y0, x0] * (1 - dx) + field[n, y0, x0 + 1] * dx
    lower = field[n, y0 + 1, x0] * (1 - dx) + field[n, y0 + 1, x0 + 1] * dx
    return upper * (1 - dy) + lower * dy


def redraw(field: np.ndarray, side: int, random: np.random.Generator, size: tuple = (0.35, 1.0)) -> np.ndarray:
    """Draws each field once into a side x side picture of 0 (ground) to 1 (stroke), anywhere it fits.

    size: the digit's height as a part of the picture, least and most.
    """
    count = len(field)

    def between(low, high):
        return random.uniform(low, high, (count, 1, 1))

    fine = side * max(1, 56 // side)  # drawn finer and averaged, as a resize with area sampling does
    grid = (np.arange(fine) + 0.5) / fine - 0.5
    y, x = np.meshgrid(grid, grid, indexing="ij")
    height = between(*size)
    width = np.minimum(height * between(0.75, 1.35), 1.0)
    y = y[None] - between(-0.5, 0.5) * (1 - height)
    x = x[None] - between(-0.5, 0.5) * (1 - 0.75 * width)
    angle, slant = between(-0.2, 0.2), between(-0.2, 0.2)
    y, x = y * np.cos(angle) - x * np.sin(angle), y * np.sin(angle) + x * np.cos(angle)
    y, x = y / height, (x + slant * y) / width
    # A slow wave bends the strokes, so that corners and loops differ between copies.
    wave = 0.035
    y = y + between(-wave, wave) * np.sin(2 * np.pi * (x * between(0.5, 1.5) + between(0, 1)))
    x = x + between(-wave, wave) * np.sin(2 * np.pi * (y * between(0.5, 1.5) + between(0, 1)))
    density = sample(field, (y + 0.5) * FIELD + MARGIN - 0.5, (x + 0.5) * FIELD + MARGIN - 0.5)
    # The threshold sets the pen's width, the steepness how blurred its edge is.
    ink = 1 / (1 + np.exp(-(density - between(0.3, 0.62)) * np.exp(between(np.log(6), np.log(40)))))
    ink = ink * (density > 0.02)
    step = fine // side
    ink = ink.reshape(count, side, step, side, step).mean(axis=(2, 4))
    ink = ink * between(0.75, 1.0)
    # A photographed sheet is neither white nor even; half of the copies stand on such a ground.
    ground = np.maximum(0, between(-0.1, 0.1)) * random.uniform(0.5, 1.5, ink.shape)
    return np.clip(np.maximum(ink, ground), 0, 1)
