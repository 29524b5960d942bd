#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a clip for the screenshots: the sun goes down over mountains and a lake.

Usage: landscape.py SECONDS, frames as rgb24 of 1920x1080 at 30 a second to standard output.
"""

import sys

import numpy as np

WIDTH, HEIGHT, RATE = 1920, 1080, 30
SHORE = 800  # first row of the lake


def noise(seed, octaves, roughness):
    """A line of smooth noise, four screens long, within -1 and 1."""
    rng = np.random.default_rng(seed)
    x = np.arange(4 * WIDTH)
    line = np.zeros(len(x))
    for octave in range(octaves):
        step = 900 / 2**octave
        knots = rng.uniform(-1, 1, int(len(x) / step) + 3)
        at = x / step
        whole = at.astype(int)
        part = at - whole
        part = part * part * (3 - 2 * part)
        line += roughness**octave * (knots[whole] * (1 - part) + knots[whole + 1] * part)
    return line / np.abs(line).max()


def mix(a, b, part):
    return a + (np.asarray(b) - a) * part


# From far to near: mean row, height, colour, how fast it moves, roughness.
RIDGES = [
    (600, 110, (206, 128, 134), 0.25, 0.42, 3),
    (655, 120, (150, 92, 128), 0.45, 0.46, 5),
    (705, 95, (96, 66, 110), 0.75, 0.48, 11),
    (760, 62, (48, 40, 78), 1.20, 0.52, 23),
]


def main():
    frames = int(float(sys.argv[1]) * RATE)
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    columns = np.arange(WIDTH, dtype=np.float32)[None, :]
    sky_stops = [0, 260, 470, 620, HEIGHT]
    sky_colors = np.array([(38, 42, 92), (122, 84, 140), (238, 132, 112), (255, 206, 140), (255, 214, 150)])
    sky = np.stack([np.interp(rows[:, 0], sky_stops, sky_colors[:, c]) for c in range(3)], -1)
    ridges = [noise(seed, 7, roughness) for *_, roughness, seed in RIDGES]
    clouds = noise(91, 6, 0.6)
    rng = np.random.default_rng(4)
    # Less than a code: it keeps gradients from banding.
    grain = rng.uniform(-0.5, 0.5, (HEIGHT, WIDTH, 1)).astype(np.float32)

    for n in range(frames):
        time = n / RATE
        pan = 60 + 42 * time
        sun_x, sun_y = 1180 - 12 * time, 430 + 16 * time
        picture = np.repeat(sky[:, None, :], WIDTH, 1).astype(np.float32)

        distance = np.hypot(columns - sun_x, rows - sun_y)
        glow = np.exp(-distance / 260)[..., None] * 0.75 + np.exp(-distance / 70)[..., None] * 0.5
        picture = mix(picture, (255, 226, 176), np.clip(glow, 0, 1))
        picture = mix(picture, (255, 248, 228), np.clip(86 - distance, 0, 1)[..., None])

        for band, (row, height, strength) in enumerate([(240, 46, 0.30), (345, 34, 0.42), (150, 30, 0.20)]):
            line = clouds[int(pan * (0.4 + 0.2 * band)) + 700 * band:][:WIDTH]
            body = np.clip(line, 0, 1)[None, :] ** 0.7
            shape = np.exp(-(((rows - row + 18 * line[None, :]) / height) ** 2)) * body
            picture = mix(picture, (255, 190, 168), (strength * shape)[..., None])

        for (row, height, color, speed, *_), line in zip(RIDGES, ridges):
            top = row - height * line[int(pan * speed):][:WIDTH]
            cover = np.clip(rows - top[None, :] + 0.5, 0, 1)
            # Mist in the valleys.
            depth = np.clip((rows - top[None, :]) / 190, 0, 1)[..., None]
            picture = mix(picture, mix(np.array(color, np.float32), (240, 168, 150), 0.45 * depth), cover[..., None])

        # The lake shows what is above it, stretched by waves.
        down = np.arange(HEIGHT - SHORE, dtype=np.float32)
        wave = np.sin(down / (1.5 + down / 26) - 3.1 * time) * (1 + down / 24)
        source = np.clip(SHORE - 1 - down * 1.35 + wave, 0, SHORE - 1).astype(int)
        lake = picture[source]
        shine = np.exp(-((columns - sun_x) / (70 + down[:, None])) ** 2) * (0.55 + 0.45 * np.sin(down / 3 - 4 * time))[:, None]
        lake = mix(lake, (38, 36, 78), 0.34)
        picture[SHORE:] = mix(lake, (255, 214, 160), np.clip(0.5 * shine, 0, 1)[..., None])

        sys.stdout.buffer.write(np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8).tobytes())


main()
