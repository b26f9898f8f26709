"""Writes webp-cases.txt.gz: WebP files that libwebp's encoder makes with many settings (by ctypes) or Pillow, and the samples that Pillow decodes them to.

A case a line: NAME WIDTH HEIGHT CHANNELS FILE(base64) SAMPLES(base64)
"""
import base64
import ctypes
import gzip
import io
import random
import struct
from PIL import Image

lib = ctypes.CDLL("libwebp.so.7")
ABI = 0x020F
INTS = ("lossless", None, "method", "hint", "size", None, "segments", "sns_strength", "filter_strength", "filter_sharpness", "filter_type", "autofilter",
        "alpha_compression", "alpha_filtering", "alpha_quality", "passes", "show", "preprocessing", "partitions", "partition_limit")
cases = []


def add(name, data):
    image = Image.open(io.BytesIO(data))
    cases.append((name, image.width, image.height, len(image.getbands()), data, image.tobytes()))


class Writer(ctypes.Structure):
    _fields_ = [("mem", ctypes.POINTER(ctypes.c_uint8)), ("size", ctypes.c_size_t), ("max", ctypes.c_size_t), ("pad", ctypes.c_uint32)]


class Picture(ctypes.Structure):
    _fields_ = [("use_argb", ctypes.c_int), ("space", ctypes.c_int), ("width", ctypes.c_int), ("height", ctypes.c_int), ("planes", ctypes.c_void_p * 3),
                ("strides", ctypes.c_int * 2), ("a", ctypes.c_void_p), ("a_stride", ctypes.c_int), ("pad1", ctypes.c_uint32 * 2), ("argb", ctypes.c_void_p),
                ("argb_stride", ctypes.c_int), ("pad2", ctypes.c_uint32 * 3), ("writer", ctypes.c_void_p), ("custom", ctypes.c_void_p), ("rest", ctypes.c_uint8 * 256)]


def encode(image, quality, **settings):
    config = (ctypes.c_int * 64)()
    assert lib.WebPConfigInitInternal(config, 0, ctypes.c_float(quality), ABI)
    for key, value in settings.items():
        config[INTS.index(key)] = value
    assert lib.WebPValidateConfig(config), settings
    picture, writer = Picture(), Writer()
    assert lib.WebPPictureInitInternal(ctypes.byref(picture), ABI)
    lib.WebPMemoryWriterInit(ctypes.byref(writer))
    picture.use_argb, picture.width, picture.height = settings.get("lossless", 0), image.width, image.height
    picture.writer, picture.custom = ctypes.cast(lib.WebPMemoryWrite, ctypes.c_void_p).value, ctypes.addressof(writer)
    rgba = image.convert("RGBA").tobytes()
    assert lib.WebPPictureImportRGBA(ctypes.byref(picture), rgba, 4 * image.width)
    assert lib.WebPEncode(config, ctypes.byref(picture)), settings
    return bytes(ctypes.cast(writer.mem, ctypes.POINTER(ctypes.c_uint8 * writer.size)).contents)


def paint(width, height, seed, alpha=False, colours=None, noise=30):
    """Waves, a disc and noise, so that every kind of prediction pays somewhere."""
    rng = random.Random(seed)
    palette = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(colours or 1)]
    image = Image.new("RGBA", (width, height))
    pixels = []
    for y in range(height):
        for x in range(width):
            inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2
            base = ((x * 7 + y * 2) % 256, (x * y // 3 + 40) % 256, 220 - (x + 3 * y) % 200) if not inside else (200, 40, (x * 11) % 256)
            if colours:
                base = palette[(x // 3 + y // 2 * (1 + inside)) % colours]
            else:
                base = tuple(max(0, min(255, c + rng.randrange(-noise, noise + 1))) for c in base)
            pixels.append(base + ((min(255, x * 9 + (y % 7) * (3 if inside else 0)) if alpha else 255),))
    image.putdata(pixels)
    return image


def extended(flags, width, height, *chunks):
    body = b"WEBP"
    header = bytes([flags, 0, 0, 0]) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    for name, data in ((b"VP8X", header),) + chunks:
        body += name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


plain = paint(37, 29, 1)
for quality in (0, 20, 75, 100):
    add(f"lossy-q{quality}", encode(plain, quality))
for width, height in ((1, 1), (2, 2), (1, 17), (33, 1), (16, 16), (17, 32)):
    add(f"lossy-{width}x{height}", encode(paint(width, height, width), 60))
add("lossy-blocks", encode(paint(40, 33, 2, noise=90), 90, method=6, sns_strength=100))
add("lossy-smooth", encode(paint(48, 48, 3, noise=0), 30, method=4, filter_strength=100))
for sharpness in (3, 7):
    add(f"lossy-sharp-{sharpness}", encode(plain, 40, filter_strength=80, filter_sharpness=sharpness, filter_type=1))
add("lossy-simple", encode(plain, 30, filter_strength=100, filter_type=0, segments=1))
add("lossy-unfiltered", encode(plain, 50, filter_strength=0, autofilter=0))
add("lossy-partitions", encode(paint(40, 80, 4), 70, partitions=3))
add("lossy-segments", encode(paint(64, 50, 5, noise=60), 25, segments=4, sns_strength=100, method=5))
add("lossy-method0", encode(plain, 60, method=0))
alpha = paint(35, 23, 6, alpha=True)
for compression in (0, 1):
    for filtering in (0, 1, 2):
        add(f"alpha-{compression}-{filtering}", encode(alpha, 50, alpha_compression=compression, alpha_filtering=filtering))
add("alpha-levels", encode(alpha, 50, alpha_quality=40))
for method in (0, 2, 4, 6):
    add(f"lossless-m{method}", encode(paint(41, 31, 7, noise=9), 75, lossless=1, method=method))
add("lossless-alpha", encode(alpha, 90, lossless=1))
for colours in (1, 2, 4, 13, 40, 200):
    add(f"lossless-{colours}-colours", encode(paint(45, 26, 8, colours=colours), 80, lossless=1))
add("lossless-wide", encode(paint(300, 40, 9, noise=1), 100, lossless=1, method=6))
add("lossless-noise", encode(paint(50, 40, 10, noise=120), 100, lossless=1, method=6))
halves = paint(160, 96, 11, noise=2)
halves.paste(paint(80, 96, 12, noise=110), (80, 0))
halves.paste(paint(60, 40, 13, colours=9), (10, 30))
add("lossless-groups", encode(halves, 100, lossless=1, method=6))
add("lossless-1x1", encode(paint(1, 1, 14), 50, lossless=1))
add("lossless-1x90", encode(paint(1, 90, 15), 50, lossless=1))
chunk = encode(plain, 50)[20:]
add("extended", extended(0x28, 37, 29, (b"ICCP", b"profile"), (b"VP8 ", chunk), (b"XYZ ", b"other")))

with gzip.GzipFile("webp-cases.txt.gz", "wb", 9, mtime=0) as out:
    for name, width, height, channels, data, samples in cases:
        out.write(f"{name} {width} {height} {channels} {base64.b64encode(data).decode()} {base64.b64encode(samples).decode()}\n".encode())
