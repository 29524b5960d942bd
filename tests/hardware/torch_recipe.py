#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipe that people run in PyTorch, as a peer to measure against.

Batches of frames lie on the device as uint8 NCHW RGB. Each is cropped to the canvas' shape, resized to the
canvas, blurred by a separable FP16 conv2d whose kernels are cached, overlaid with the resized picture, clamped
and made uint8 again; once blurred at full size, once at a quarter of it. Within that recipe everything is as
fast as it gets: inference mode, no allocation of kernels in the loop, cuDNN's own search for algorithms, and
the quickest of several layouts for the convolution, tried before the measurement.

--check FOLDER compares the picture with Blurbox's: FOLDER holds source.rgb and finished.rgb, interleaved 8-bit
R'G'B', and size.txt with the width and height of both.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
except ImportError as reason:
    sys.exit(f"torch_recipe: PyTorch is not installed here ({reason})")


def gaussian(sigma, device, dtype):
    """Normalised taps out to three sigma."""
    reach = math.ceil(3 * sigma)
    at = torch.arange(-reach, reach + 1, dtype=torch.float64)
    taps = torch.exp(-at * at / (2 * sigma * sigma))
    return (taps / taps.sum()).to(device=device, dtype=dtype)


class Blur:
    """A separable gaussian by conv2d, its kernels made once, in one of several layouts."""

    LAYOUTS = ("depthwise", "planes", "channels last")

    def __init__(self, sigma, device, dtype, layout):
        taps = gaussian(sigma, device, dtype)
        self.reach = (taps.numel() - 1) // 2
        self.layout = layout
        channels = 1 if layout == "planes" else 3
        self.groups = channels
        self.rows = taps.view(1, 1, -1, 1).repeat(channels, 1, 1, 1)
        self.columns = taps.view(1, 1, 1, -1).repeat(channels, 1, 1, 1)

    def __call__(self, picture):
        shape = picture.shape
        if self.layout == "planes":
            picture = picture.reshape(-1, 1, *shape[2:])
        elif self.layout == "channels last":
            picture = picture.contiguous(memory_format=torch.channels_last)
        picture = F.pad(picture, (0, 0, self.reach, self.reach), mode="reflect")
        picture = F.conv2d(picture, self.rows, groups=self.groups)
        picture = F.pad(picture, (self.reach, self.reach, 0, 0), mode="reflect")
        return F.conv2d(picture, self.columns, groups=self.groups).reshape(shape)


class Recipe:
    """Reframes batches of one size: uint8 NCHW in, uint8 NCHW out."""

    def __init__(self, source, canvas, sigma, reduction, device, dtype, layout):
        self.canvas = canvas
        self.dtype = dtype
        width, height = source
        canvas_width, canvas_height = canvas
        scale = max(canvas_width / width, canvas_height / height)
        crop_width = min(width, round(canvas_width / scale))
        crop_height = min(height, round(canvas_height / scale))
        self.crop = ((height - crop_height) // 2, (width - crop_width) // 2, crop_height, crop_width)
        fit = min(canvas_width / width, canvas_height / height)
        self.picture = (round(height * fit), round(width * fit))
        self.at = ((canvas_height - self.picture[0]) // 2, (canvas_width - self.picture[1]) // 2)
        self.small = (canvas_height // reduction, canvas_width // reduction)
        self.blur = Blur(sigma / reduction, device, dtype, layout)

    def __call__(self, frames):
        top, left, height, width = self.crop
        whole = frames.to(self.dtype)
        canvas = whole[:, :, top:top + height, left:left + width]
        canvas = F.interpolate(canvas, self.small, mode="bilinear")
        canvas = self.blur(canvas)
        if self.small != (self.canvas[1], self.canvas[0]):
            canvas = F.interpolate(canvas, (self.canvas[1], self.canvas[0]), mode="bilinear")
        y, x = self.at
        canvas[:, :, y:y + self.picture[0], x:x + self.picture[1]] = F.interpolate(whole, self.picture, mode="bilinear")
        # Adding a half rounds, since uint8 truncates.
        return canvas.add_(0.5).clamp_(0, 255).to(torch.uint8)


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def measure(recipe, frames, seconds, device):
    """Median seconds a batch, each batch timed by itself."""
    recipe(frames)
    synchronize(device)
    times = []
    begin = time.monotonic()
    while len(times) < 5 or time.monotonic() - begin < seconds:
        if device.type == "cuda":
            first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            first.record()
            recipe(frames)
            last.record()
            last.synchronize()
            times.append(first.elapsed_time(last) / 1000)
        else:
            start = time.perf_counter()
            recipe(frames)
            times.append(time.perf_counter() - start)
        if device.type != "cuda" and len(times) >= 2:
            break
    return sorted(times)[len(times) // 2]


def fastest(options, frames, device):
    """The recipe in the layout that takes least, and that layout's name."""
    best = None
    for layout in Blur.LAYOUTS:
        try:
            recipe = Recipe(*options, layout)
            took = measure(recipe, frames, 0.2, device)
        except (RuntimeError, NotImplementedError) as reason:
            print(f"torch_recipe: {layout}: {str(reason).splitlines()[0]}", file=sys.stderr)
            continue
        if best is None or took < best[0]:
            best = (took, recipe, layout)
    if best is None:
        sys.exit("torch_recipe: no layout of the convolution runs on this device")
    return best[1], best[2]


def read_rgb(path, width, height):
    data = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
    return data.view(height, width, 3).permute(2, 0, 1).unsqueeze(0).contiguous()


def check(folder, sigma, device, dtype):
    """Differences from Blurbox's picture, of both variants; ends the program where they are too large."""
    sizes = [int(word) for word in (folder / "size.txt").read_text().split()]
    source, canvas = sizes[:2], sizes[2:]
    frames = read_rgb(folder / "source.rgb", *source).to(device)
    wanted = read_rgb(folder / "finished.rgb", *canvas).to(torch.int16)
    rows = []
    # A sigma that is 7 % off shows as a mean of 1.3 codes. At a quarter of the size it is the borders that differ.
    for reduction, most, most_mean in ((1, 2, 0.25), (4, 8, 0.5)):
        got = Recipe(source, canvas, sigma, reduction, device, dtype, "planes")(frames).cpu().to(torch.int16)
        difference = (got - wanted).abs()
        mean, largest = difference.float().mean().item(), int(difference.max())
        rows.append({"reduction": reduction, "mean_difference": mean, "largest_difference": largest})
        if largest > most or mean > most_mean:
            sys.exit(f"torch_recipe: the picture at 1/{reduction} is not Blurbox's: largest difference {largest} "
                     f"codes, mean {mean:.3f}")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--source", type=int, nargs=2, default=(1920, 1080), metavar=("W", "H"))
    parser.add_argument("--canvas", type=int, nargs=2, default=(1080, 1920), metavar=("W", "H"))
    parser.add_argument("--radius", type=float, default=60, help="blur radius, twice the sigma")
    parser.add_argument("--seconds", type=float, default=3, help="how long each variant is measured")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="compare the picture with Blurbox's")
    parser.add_argument("--check-only", action="store_true", help="measure nothing")
    parser.add_argument("--json", type=Path, help="append a line of JSON for each figure")
    arguments = parser.parse_args()

    torch.backends.cudnn.benchmark = True
    device = torch.device(arguments.device)
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    sigma = arguments.radius / 2
    lines = []
    name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    with torch.inference_mode():
        if arguments.check is not None:
            for row in check(arguments.check, sigma, device, dtype):
                lines.append({"table": "torch-check", "device": name, **row})
                print(f"| same picture, blurred at 1/{row['reduction']} | largest difference "
                      f"{row['largest_difference']} codes, mean {row['mean_difference']:.3f} | | |")
        if not arguments.check_only:
            frames = torch.randint(0, 256, (arguments.batch, 3, arguments.source[1], arguments.source[0]),
                                   dtype=torch.uint8, device=device)
            for reduction in (1, 4):
                options = (arguments.source, arguments.canvas, sigma, reduction, device, dtype)
                recipe, layout = fastest(options, frames, device)
                if device.type == "cuda":
                    torch.cuda.reset_peak_memory_stats()
                milliseconds = 1000 * measure(recipe, frames, arguments.seconds, device) / arguments.batch
                memory = torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else 0
                lines.append({"table": "torch", "device": name, "torch": torch.__version__, "batch": arguments.batch,
                              "reduction": reduction, "layout": layout, "ms_per_frame": milliseconds,
                              "peak_mib": memory})
                size = "full size" if reduction == 1 else "quarter size"
                print(f"| PyTorch {torch.__version__}, blurred at {size} ({layout}) | {milliseconds:.4f} | "
                      f"{1000 / milliseconds:.0f} | {memory:.0f} |")
    if arguments.json is not None:
        with arguments.json.open("a", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
