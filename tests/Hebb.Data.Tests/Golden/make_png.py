"""Writes png-cases.txt: PNG files of every colour type, depth and interlacing, encoded here from the standard with zlib alone.

One case a line: name, width, height, channels, the file, the 8-bit samples that a reader must give (both base64).
Where Pillow is installed, its decoding is compared with the expected samples for depths that it reads exactly.
Usage: python3 make_png.py > png-cases.txt
"""
import base64, io, random, struct, sys, zlib

try:
    from PIL import Image
except ImportError:
    Image = None

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
rng = random.Random(20)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack(pixels, depth):
    bits = "".join(format(s, "0%db" % depth) for p in pixels for s in p)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    return min(((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c)))[2]


def scanlines(rows, depth, bpp):
    out, above = b"", None
    for row in rows:
        raw = pack(row, depth)
        above = above or bytes(len(raw))
        f = rng.randrange(5)
        left = lambda i: raw[i - bpp] if i >= bpp else 0
        corner = lambda i: above[i - bpp] if i >= bpp else 0
        guess = [lambda i: 0, left, lambda i: above[i], lambda i: (left(i) + above[i]) // 2,
                 lambda i: paeth(left(i), above[i], corner(i))][f]
        out += bytes([f]) + bytes((raw[i] - guess(i)) % 256 for i in range(len(raw)))
        above = raw
    return out


def case(colour, depth, interlaced, width, height, transparent):
    top = 2 ** depth - 1
    palette = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(min(top + 1, 200))]
    limit = len(palette) - 1 if colour == 3 else top
    grid = [[tuple(rng.randint(0, limit) for _ in range(SAMPLES[colour])) for _ in range(width)] for _ in range(height)]
    key = grid[height // 2][width // 2]
    alphas = [rng.randrange(256) for _ in range(max(1, len(palette) // 2))]

    bpp = max(1, SAMPLES[colour] * depth // 8)
    if interlaced:
        data = b"".join(scanlines([row[x::dx] for row in grid[y::dy]], depth, bpp) for x, y, dx, dy in ADAM7 if x < width and y < height)
    else:
        data = scanlines(grid, depth, bpp)
    packed = zlib.compress(data, 9)
    cut = len(packed) // 2
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced)))
    file += chunk(b"tEXt", b"Title\0test")
    if colour == 3:
        file += chunk(b"PLTE", bytes(v for p in palette for v in p))
    if transparent:
        file += chunk(b"tRNS", bytes(alphas) if colour == 3 else b"".join(struct.pack(">H", v) for v in key))
    file += chunk(b"IDAT", packed[:cut]) + chunk(b"IDAT", packed[cut:]) + chunk(b"IEND", b"")

    to8 = (lambda v: (v * 255 + 32767) // 65535) if depth == 16 else (lambda v: v * 255 // top)
    expected = []
    for row in grid:
        for p in row:
            if colour == 3:
                expected += palette[p[0]]
                if transparent:
                    expected.append(alphas[p[0]] if p[0] < len(alphas) else 255)
            else:
                expected += [to8(v) for v in p]
                if transparent:
                    expected.append(0 if p == key else 255)
    channels = len(expected) // (width * height)
    name = "colour%d-depth%d-%s-%dx%d%s" % (colour, depth, "adam7" if interlaced else "plain", width, height, "-trns" if transparent else "")
    # Pillow compares a transparent gray of less than 8 bits before spreading it, so those it gets wrong.
    if Image is not None and depth <= 8 and not (transparent and colour == 0 and depth < 8):
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
        got = Image.open(io.BytesIO(file)).convert("RGBA").tobytes()
        want = Image.frombytes(mode, (width, height), bytes(expected)).convert("RGBA").tobytes()
        assert got == want, name
        sys.stderr.write("agrees with Pillow: %s\n" % name)
    b64 = lambda b: base64.b64encode(bytes(b)).decode()
    print(name, width, height, channels, b64(file), b64(expected))


for colour, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
    for depth in depths:
        for interlaced in (False, True):
            case(colour, depth, interlaced, 13, 9, False)
            if colour in (0, 2, 3):
                case(colour, depth, interlaced, 11, 10, True)
for width, height in ((1, 1), (1, 9), (4, 1), (2, 3), (5, 5), (32, 1), (3, 17)):
    case(0, 2, True, width, height, False)
    case(2, 8, True, width, height, False)
