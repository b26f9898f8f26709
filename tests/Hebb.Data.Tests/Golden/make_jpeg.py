"""Writes jpeg-cases.txt.gz: JPEG files of libjpeg-turbo (make_jpeg.c) and Pillow, and the samples that Pillow decodes them to.

A case a line: NAME WIDTH HEIGHT CHANNELS FILE(base64) SAMPLES(base64)
"""
import base64
import gzip
import io
import os
import subprocess
import tempfile
from PIL import Image, ImageOps

cases = []


def add(name, data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    image = image.convert("RGB") if image.mode == "CMYK" else image
    cases.append((name, image.width, image.height, len(image.getbands()), data, image.tobytes()))


here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["cc", os.path.join(here, "make_jpeg.c"), "-o", f"{folder}/make", "-ljpeg"], check=True)
    subprocess.run([f"{folder}/make", folder], check=True)
    for file in sorted(os.listdir(folder)):
        if file.endswith(".jpg"):
            add(file[:-4], open(os.path.join(folder, file), "rb").read())

picture = Image.new("RGB", (13, 7))
picture.putdata([(x * 19, y * 36, (x * y) % 256) for y in range(7) for x in range(13)])
for orientation in range(1, 9):
    for order in (["<", ">"] if orientation == 6 else ["<"]):
        exif = Image.Exif()
        exif.endian = order
        exif[0x0112] = orientation
        buffer = io.BytesIO()
        picture.save(buffer, "jpeg", quality=90, exif=exif.tobytes())
        add(f"orientation-{orientation}{'be' if order == '>' else ''}", buffer.getvalue())

with gzip.GzipFile("jpeg-cases.txt.gz", "wb", 9, mtime=0) as out:
    for name, width, height, channels, data, samples in cases:
        out.write(f"{name} {width} {height} {channels} {base64.b64encode(data).decode()} {base64.b64encode(samples).decode()}\n".encode())
