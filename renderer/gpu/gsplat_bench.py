#!/usr/bin/env python3
"""Renders the scenes exported by `run.sh scenes DIRECTORY` with gsplat and prints one JSON object per line.

    python3 gsplat_bench.py DIRECTORY [--frames N] [--check]

Each frame is timed by the device's clock, from parameters in device memory to the image in device memory, like .raster.fps
of `run.sh bench`. psnr compares the image with the one exported with the scene: below 35 dB the two renderers do not render
the same scene, and the times are not comparable. --check only reads the files; it needs no GPU.
"""
import argparse
import json
import pathlib
import sys

import numpy

NAMES = ["x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"]
LAST = ["opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
LEAST_PSNR = 35


def read_ply(path):
    """Arrays of a binary .ply whose properties are all floats: means, quaternions wxyz, scales, opacities, SH [n, k, 3]."""
    data = path.read_bytes()
    end = data.index(b"end_header\n") + len(b"end_header\n")
    lines = data[:end].decode("ascii").splitlines()
    count = next(int(line.split()[2]) for line in lines if line.startswith("element vertex"))
    names = [line.split()[2] for line in lines if line.startswith("property float")]
    rest = len(names) - len(NAMES) - len(LAST)
    if names != NAMES + ["f_rest_%d" % k for k in range(rest)] + LAST:
        sys.exit(f"{path}: expected the properties of a .ply that the scenes command wrote")
    table = numpy.frombuffer(data, dtype="<f4", offset=end).reshape(count, len(names))
    dc = table[:, 6:9].reshape(count, 1, 3)
    # The file stores all coefficients of a channel in turn; gsplat expects all channels of a coefficient.
    higher = table[:, 9:9 + rest].reshape(count, 3, rest // 3).transpose(0, 2, 1)
    last = table[:, 9 + rest:]
    return {
        "means": table[:, 0:3],
        "quats": last[:, 4:8],
        "scales": numpy.exp(last[:, 1:4]),
        "opacities": 1 / (1 + numpy.exp(-last[:, 0])),
        "colors": numpy.concatenate([dc, higher], axis=1),
    }


def read_camera(path):
    """World to camera [4, 4] and intrinsics [3, 3]."""
    view = json.loads(path.read_text())
    matrix = numpy.eye(4, dtype=numpy.float32)
    matrix[:3] = numpy.array(view["worldToCamera"], dtype=numpy.float32).reshape(3, 4)
    intrinsics = numpy.array(
        [[view["focal"], 0, view["centre"][0]], [0, view["focal"], view["centre"][1]], [0, 0, 1]], dtype=numpy.float32)
    return view, matrix, intrinsics


def read_image(path):
    data = path.read_bytes()
    _, width, height, _ = data[:32].split(maxsplit=4)[:4]
    pixels = int(width) * int(height) * 3
    return numpy.frombuffer(data, dtype=numpy.uint8, offset=len(data) - pixels).reshape(int(height), int(width), 3)


def psnr(a, b):
    error = numpy.mean((a.astype(numpy.float64) - b.astype(numpy.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * numpy.log10(255.0 ** 2 / error))


def measure(directory, name, frames):
    import gsplat
    import torch

    view, matrix, intrinsics = read_camera(directory / f"{name}.json")
    scene = {
        key: torch.from_numpy(numpy.ascontiguousarray(value, dtype=numpy.float32)).cuda()
        for key, value in read_ply(directory / f"{name}.ply").items()
    }
    degree = int(round(scene["colors"].shape[1] ** 0.5)) - 1
    viewmats = torch.from_numpy(matrix)[None].cuda()
    ks = torch.from_numpy(intrinsics)[None].cuda()

    def draw(packed):
        return gsplat.rasterization(
            viewmats=viewmats, Ks=ks, width=view["width"], height=view["height"], near_plane=view["near"],
            sh_degree=degree, packed=packed, **scene)[0]

    expected = read_image(directory / f"{name}.ppm")
    with torch.no_grad():
        # The faster of its two modes is used for comparison.
        for packed in (False, True):
            for _ in range(100):
                image = draw(packed)
            times = []
            for _ in range(frames):
                start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
                start.record()
                image = draw(packed)
                end.record()
                end.synchronize()
                times.append(start.elapsed_time(end))
            drawn = (image[0].clamp(0, 1) * 255 + 0.5).to(torch.uint8).cpu().numpy()
            p50, p99 = numpy.percentile(times, [50, 99])
            print(json.dumps({
                "name": f"gsplat.{name}.{view['width']}x{view['height']}.raster.fps", "value": 1000 / p50, "unit": "fps",
                "p50Ms": p50, "p99Ms": p99, "frames": frames, "packed": packed, "psnr": psnr(drawn, expected),
                "device": torch.cuda.get_device_name(), "gsplat": gsplat.__version__, "torch": torch.__version__,
                "cuda": torch.version.cuda,
            }), flush=True)
            if psnr(drawn, expected) < LEAST_PSNR:
                sys.exit(f"{name}: gsplat draws another image; the times are no comparison")


def check(directory, name):
    scene = read_ply(directory / f"{name}.ply")
    view, _, _ = read_camera(directory / f"{name}.json")
    image = read_image(directory / f"{name}.ppm")
    if image.shape != (view["height"], view["width"], 3):
        sys.exit(f"{name}: the image is {image.shape}, the camera's {view['width']}x{view['height']}")
    print(json.dumps({"name": name, "gaussians": len(scene["means"]), "coefficients": scene["colors"].shape[1],
                      "opacity": float(scene["opacities"].mean()), "bright": float(image.mean())}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--check", action="store_true", help="only read the files")
    options = parser.parse_args()
    names = sorted(path.stem for path in options.directory.glob("*.ply"))
    if not names:
        sys.exit(f"{options.directory}: expected scenes, found none; write them: run.sh scenes {options.directory}")
    for name in names:
        check(options.directory, name) if options.check else measure(options.directory, name, options.frames)


if __name__ == "__main__":
    main()
