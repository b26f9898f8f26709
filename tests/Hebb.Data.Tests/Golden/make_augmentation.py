"""Writes augmentation.jsonl.gz: what torchvision 0.14 on PyTorch 1.13 (Debian 12: python3-torchvision) makes of two small pictures.
Run: /usr/bin/python3 make_augmentation.py"""
import gzip
import json
import math

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode as I

torch.manual_seed(5)
y, x = torch.meshgrid(torch.linspace(0, 1, 17), torch.linspace(0, 1, 19), indexing="ij")
smooth = torch.stack([0.5 + 0.5 * torch.sin(7 * x + 3 * y), y * x, 1 - y]) * 0.8
small = (smooth + 0.3 * torch.rand(3, 17, 19)).clamp(0, 1)
byte = (small * 255).to(torch.uint8)[None]
byte[0, :, 3, 4] = 77  # a gray pixel
real = small[None, :, :10, :12].contiguous()
out = gzip.GzipFile("augmentation.jsonl.gz", "wb", mtime=0)


def write(name, tensor):
    values = tensor.reshape(-1).tolist()
    values = [int(v) for v in values] if tensor.dtype == torch.uint8 else [float(f"{v:.7g}") for v in values]
    line = {"name": name, "dtype": str(tensor.dtype)[6:], "shape": list(tensor.shape), "data": values}
    out.write((json.dumps(line, separators=(",", ":")) + "\n").encode())


write("bytes", byte)
write("floats", real)
for kind, image in (("bytes", byte), ("floats", real)):
    def case(name, result):
        write(f"{kind} {name}", result)

    h, w = image.shape[2:]
    for f in (0.5, 1.7):
        case(f"brightness {f}", F.adjust_brightness(image, f))
        case(f"contrast {f}", F.adjust_contrast(image, f))
        case(f"saturation {f}", F.adjust_saturation(image, f))
        case(f"sharpness {f}", F.adjust_sharpness(image, f))
    for f in (-0.3, 0.12, 0.5):
        # Bytes as later versions convert them, to 256 levels of equal width; this one cuts off.
        case(f"hue {f}", (F.adjust_hue(image / 255, f) * 255.999).to(torch.uint8) if kind == "bytes" else F.adjust_hue(image, f))
    case("gray", F.rgb_to_grayscale(image, 3))
    case("invert", F.invert(image))
    case("solarize", F.solarize(image, 128 if kind == "bytes" else 0.5))
    case("autocontrast", F.autocontrast(image))
    if kind == "bytes":
        case("posterize", F.posterize(image, 3))
        case("equalize", F.equalize(image))
    case("blur", F.gaussian_blur(image, [5, 5], [1.2, 1.2]))
    for mode in (I.NEAREST, I.BILINEAR, I.BICUBIC):
        case(f"grow {mode.value}", F.resize(image, [23, 25], mode))
        case(f"shrink {mode.value}", F.resize(image, [5, 7], mode))
    case("antialias bilinear", F.resize(image, [5, 7], I.BILINEAR, antialias=True))
    case("antialias bicubic", F.resize(image, [5, 7], I.BICUBIC, antialias=True))
    for mode in (I.NEAREST, I.BILINEAR):
        case(f"affine {mode.value}", F.affine(image, 25, [3, -2], 1.3, [10, -15], mode))
        case(f"rotate {mode.value}", F.rotate(image, 33, mode))
        case(f"shear {mode.value}", F.affine(image, 0, [0, 0], 1, [math.degrees(math.atan(0.3)), 0], mode, center=[0, 0]))
        case(f"sheary {mode.value}", F.affine(image, 0, [0, 0], 1, [0, math.degrees(math.atan(0.3))], mode, center=[0, 0]))
    # Its own fill fades the border twice; this is a picture on a ground of that value.
    ground = 102.0 if kind == "bytes" else 0.4
    case("filled", (F.affine(image - ground, -40, [0, 1], 0.8, [0, 0], I.BILINEAR) + ground).round().to(torch.uint8) if kind == "bytes"
         else F.affine(image - ground, -40, [0, 1], 0.8, [0, 0], I.BILINEAR) + ground)
    start, end = [[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], [[1, 2], [w - 3, 0], [w - 2, h - 4], [3, h - 1]]
    case("perspective", F.perspective(image, start, end, I.BILINEAR))
    case("center", F.center_crop(image, [6, 9]))
    case("center wide", F.center_crop(image, [20, 24]))
out.close()
