# SPDX-License-Identifier: GPL-3.0-or-later
"""The plots of data/performance.md, drawn by gnuplot out of what blurbox-render measures."""

import json
import os
import re
import subprocess
import sys

RADII = [0, 4, 7, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400]
HEAD = """set terminal svg noenhanced size 720,400 dynamic font "sans-serif,13" background rgb "white"
set grid ytics lc rgb "#dddddd"
set border 3 lc rgb "#5e5c64"
set tics nomirror
set key {key} Left reverse samplen 2
set yrange [0:]
"""
BLUE, ORANGE = "#1c71d8", "#e66100"


def draw(path, key, commands, series):
    """Has gnuplot draw a picture; each of @series is a list of (x, y), referred to as $d0, $d1…"""
    script = HEAD.format(key=key)
    for number, points in enumerate(series):
        lines = "\n".join(f"{x} {y}" for x, y in points)
        script += f"$d{number} << END\n{lines}\nEND\n"
    picture = subprocess.run(["gnuplot"], input=script + commands, text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    path.write_text(picture)
    print(path, file=sys.stderr)


def measure_radius(clip, precision, rounds, folder):
    """Processor milliseconds a frame on the device, the least of the rounds, by radius."""
    best = {}
    for number in range(rounds):
        for radius in RADII:
            print(f"round {number + 1} of {rounds}: {precision}, r = {radius}", file=sys.stderr)
            stats = folder / "stats.json"
            subprocess.run(
                ["blurbox-render", "--quiet", "--device", "cpu", "--encoder", "none", "--audio", "none",
                 "--precision", precision, "--blur", str(radius), "--stats", stats, "--", clip],
                check=True)
            figures = json.loads(stats.read_text())
            cost = figures["effect_cpu_ms"] / figures["frames"]
            best[radius] = min(cost, best.get(radius, cost))
    return sorted(best.items())


def measure_batch(clip):
    """Frames a second and MiB by batch size, of both precisions, as `--auto-tune` prints them."""
    text = subprocess.check_output(["blurbox-render", "--quiet", "--device", "cpu", "--auto-tune", clip],
                                   text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    rates, memory = {"fp16": [], "fp32": []}, {"fp16": [], "fp32": []}
    for batch, precision, rate, size, unit in re.findall(
            r"^ *(\d+) +(fp16|fp32) +([\d.]+) +[\d.]+ +([\d.]+).([MG])iB", text, re.MULTILINE):
        rates[precision].append((int(batch), float(rate)))
        memory[precision].append((int(batch), float(size) * (1024 if unit == "G" else 1)))
    return rates, memory


def plot(clip, folder, rounds, machine, scratch):
    folder.mkdir(exist_ok=True)
    series = [measure_radius(clip, precision, rounds, scratch) for precision in ("fp16", "fp32")]
    draw(folder / "radius.svg", "top right", f"""
set xlabel "radius, pixels of the canvas"
set ylabel "CPU time of the effect, ms a frame"
set xrange [0:400]
set title "1920x1080 to 1080x1920, {machine}" font ",11"
plot $d0 with linespoints lw 2 pt 7 ps 0.5 lc rgb "{BLUE}" title "FP16", \\
     $d1 with linespoints lw 2 pt 7 ps 0.5 lc rgb "{ORANGE}" title "FP32"
""", series)
    rates, memory = measure_batch(clip)
    draw(folder / "batch.svg", "left center", f"""
set xlabel "frames in a batch"
set ylabel "frames a second"
set y2label "memory, MiB"
set y2tics
set y2range [0:]
set logscale x 2
set xrange [0.8:160]
set xtics (1, 2, 4, 8, 16, 32, 64, 128)
set title "1920x1080 to 1080x1920, {machine}" font ",11"
plot $d0 with linespoints lw 2 pt 7 ps 0.5 lc rgb "{BLUE}" title "frames a second, FP16", \\
     $d1 with linespoints lw 2 pt 7 ps 0.5 lc rgb "{ORANGE}" title "frames a second, FP32", \\
     $d2 axes x1y2 with linespoints lw 1 dt 2 pt 6 ps 0.5 lc rgb "{BLUE}" title "memory, FP16", \\
     $d3 axes x1y2 with linespoints lw 1 dt 2 pt 6 ps 0.5 lc rgb "{ORANGE}" title "memory, FP32"
""", [rates["fp16"], rates["fp32"], memory["fp16"], memory["fp32"]])
