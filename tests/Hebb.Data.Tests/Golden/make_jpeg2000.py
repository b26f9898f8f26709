"""Writes jpeg2000-cases.txt.gz: JPEG 2000 files that Pillow writes (OpenJPEG) in many ways, and the samples that it decodes them to.

A case a line: NAME WIDTH HEIGHT CHANNELS FILE(base64) SAMPLES(base64)
"""
import base64
import gzip
import io
import random
from PIL import Image

cases = []


def paint(width, height, channels, seed):
    rng = random.Random(seed)
    image = Image.new({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels], (width, height))
    pixels = []
    for y in range(height):
        for x in range(width):
            inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2
            values = [(x * 5 + y * 2) % 256, (x * y // 4 + 30) % 256, 200 - (x + 2 * y) % 190, (x * 9 + y * 3) % 256]
            values = [v if inside else max(0, min(255, v + rng.randrange(-12, 13))) for v in values]
            pixels.append(values[0] if channels == 1 else tuple(values[:channels]))
    image.putdata(pixels)
    return image


def add(name, image, **settings):
    buffer = io.BytesIO()
    image.save(buffer, "jpeg2000", **settings)
    decoded = Image.open(io.BytesIO(buffer.getvalue()))
    cases.append((name, decoded.width, decoded.height, len(decoded.getbands()), buffer.getvalue(), decoded.tobytes()))


add("rgb", paint(37, 29, 3, 1))
for channels in (1, 2, 4):
    add(f"channels-{channels}", paint(33, 21, channels, 2))
for width, height in ((1, 1), (2, 3), (1, 40), (64, 64), (70, 66)):
    add(f"size-{width}x{height}", paint(width, height, 3, 3))
add("unmixed", paint(30, 31, 3, 4), mct=0)
add("codestream", paint(30, 31, 3, 5), no_jp2=True)
add("tiles", paint(50, 44, 3, 6), tile_size=(20, 16))
add("tiles-offset", paint(50, 44, 3, 7), tile_size=(32, 32), offset=(5, 3), tile_offset=(2, 1))
add("blocks", paint(50, 44, 3, 8), codeblock_size=(16, 4), num_resolutions=3)
add("one-resolution", paint(20, 24, 3, 9), num_resolutions=1)
for order in ("LRCP", "RLCP", "RPCL", "PCRL", "CPRL"):
    add(f"order-{order}", paint(60, 52, 3, 10), progression=order, precinct_size=(16, 16), codeblock_size=(8, 8), num_resolutions=3, quality_mode="rates", quality_layers=[20, 8, 1])
add("irreversible", paint(45, 38, 3, 11), irreversible=True, quality_mode="rates", quality_layers=[6])
add("irreversible-gray", paint(45, 38, 1, 12), irreversible=True)
add("cut", paint(64, 48, 3, 13), quality_mode="rates", quality_layers=[12])

with gzip.GzipFile("jpeg2000-cases.txt.gz", "wb", 9, mtime=0) as out:
    for name, width, height, channels, data, samples in cases:
        out.write(f"{name} {width} {height} {channels} {base64.b64encode(data).decode()} {base64.b64encode(samples).decode()}\n".encode())
