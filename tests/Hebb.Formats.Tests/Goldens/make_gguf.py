"""Makes gguf.json: a random block of every kind and the elements that it stands for, worked out one by one from the layouts that ggml publishes, and a small file.
usage: python3 make_gguf.py > gguf.json"""
import base64
import json
import struct

import numpy as np

rng = np.random.default_rng(7)
f = np.float32


def bits(data, first, count):
    """An integer of `count` bits at bit `first` of the bytes."""
    return int.from_bytes(data, 'little') >> first & (1 << count) - 1


def half(data, at):
    return f(np.frombuffer(data[at:at + 2], '<f2')[0])


def signed(value):
    return value - 256 if value > 127 else value


def q4_0(b, i):
    return f(half(b, 0) * f((b[2 + i % 16] >> (0 if i < 16 else 4) & 15) - 8))


def q4_1(b, i):
    return f(f(half(b, 0) * f(b[4 + i % 16] >> (0 if i < 16 else 4) & 15)) + half(b, 2))


def q5_0(b, i):
    return f(half(b, 0) * f((b[6 + i % 16] >> (0 if i < 16 else 4) & 15) + 16 * bits(b[2:6], i, 1) - 16))


def q5_1(b, i):
    return f(f(half(b, 0) * f((b[8 + i % 16] >> (0 if i < 16 else 4) & 15) + 16 * bits(b[4:8], i, 1))) + half(b, 2))


def q8_0(b, i):
    return f(half(b, 0) * f(signed(b[2 + i])))


def q8_1(b, i):
    return f(half(b, 0) * f(signed(b[4 + i])))


def q8_k(b, i):
    return f(np.frombuffer(b[:4], '<f4')[0] * f(signed(b[4 + i])))


def q2_k(b, i):
    scale = b[i // 16]
    value = b[16 + 32 * (i // 128) + i % 32] >> 2 * (i % 128 // 32) & 3
    return f(f(f(half(b, 80) * f(scale & 15)) * f(value)) - f(half(b, 82) * f(scale >> 4)))


def q3_k(b, i):
    group, s = i // 16, b[96:108]
    scale = (s[group % 8] >> 4 * (group // 8) & 15) + 16 * (s[8 + group % 4] >> 2 * (group // 4) & 3) - 32
    value = (b[32 + 32 * (i // 128) + i % 32] >> 2 * (i % 128 // 32) & 3) + 4 * (b[i % 32] >> i // 32 & 1) - 4
    return f(f(half(b, 108) * f(scale)) * f(value))


def six_bits(s, group):
    if group < 4:
        return s[group] & 63, s[group + 4] & 63
    return (s[group + 4] & 15) + 16 * (s[group - 4] >> 6), (s[group + 4] >> 4) + 16 * (s[group] >> 6)


def q4_k(b, i):
    scale, least = six_bits(b[4:16], i // 32)
    value = b[16 + 32 * (i // 64) + i % 32] >> 4 * (i // 32 % 2) & 15
    return f(f(f(half(b, 0) * f(scale)) * f(value)) - f(half(b, 2) * f(least)))


def q5_k(b, i):
    scale, least = six_bits(b[4:16], i // 32)
    value = (b[48 + 32 * (i // 64) + i % 32] >> 4 * (i // 32 % 2) & 15) + 16 * (b[16 + i % 32] >> i // 32 & 1)
    return f(f(f(half(b, 0) * f(scale)) * f(value)) - f(half(b, 2) * f(least)))


def q6_k(b, i):
    inner = i % 128
    low = b[64 * (i // 128) + inner % 64] >> 4 * (inner // 64) & 15
    high = b[128 + 32 * (i // 128) + inner % 32] >> 2 * (inner // 32) & 3
    return f(f(half(b, 208) * f(signed(b[192 + i // 16]))) * f(low + 16 * high - 32))


KINDS = {'Q4_0': (2, 32, 18, q4_0, [0]), 'Q4_1': (3, 32, 20, q4_1, [0, 2]), 'Q5_0': (6, 32, 22, q5_0, [0]), 'Q5_1': (7, 32, 24, q5_1, [0, 2]), 'Q8_0': (8, 32, 34, q8_0, [0]),
         'Q8_1': (9, 32, 36, q8_1, [0, 2]), 'Q2_K': (10, 256, 84, q2_k, [80, 82]), 'Q3_K': (11, 256, 110, q3_k, [108]), 'Q4_K': (12, 256, 144, q4_k, [0, 2]),
         'Q5_K': (13, 256, 176, q5_k, [0, 2]), 'Q6_K': (14, 256, 210, q6_k, [208]), 'Q8_K': (15, 256, 292, q8_k, [])}
cases = []
for name, (code, size, width, element, halves) in KINDS.items():
    blocks, values = b'', []
    for _ in range(2):
        block = bytearray(rng.integers(0, 256, width, dtype=np.uint8).tobytes())
        for at in halves:
            block[at:at + 2] = np.float16(rng.uniform(-2, 2)).tobytes()
        if name == 'Q8_K':
            block[:4] = f(rng.uniform(-2, 2)).tobytes()
        blocks += bytes(block)
        values += [float(element(bytes(block), i)) for i in range(size)]
    cases.append({'type': name, 'blocks': base64.b64encode(blocks).decode(), 'values': base64.b64encode(np.array(values, '<f4').tobytes()).decode()})


def text(s):
    return struct.pack('<Q', len(s.encode())) + s.encode()


def file():
    facts = [
        ('general.architecture', 8, text('tiny')), ('general.alignment', 4, struct.pack('<I', 64)), ('tiny.u8', 0, b'\xff'), ('tiny.i8', 1, b'\xff'), ('tiny.u16', 2, struct.pack('<H', 65535)),
        ('tiny.i16', 3, struct.pack('<h', -2)), ('tiny.i32', 5, struct.pack('<i', -3)), ('tiny.f32', 6, struct.pack('<f', 0.5)), ('tiny.yes', 7, b'\x01'), ('tiny.u64', 10, struct.pack('<Q', 2 ** 63)),
        ('tiny.i64', 11, struct.pack('<q', -2 ** 40)), ('tiny.f64', 12, struct.pack('<d', 0.1)), ('tiny.tokens', 9, struct.pack('<IQ', 8, 3) + text('a') + text('ß') + text('')),
        ('tiny.scores', 9, struct.pack('<IQ3f', 6, 3, 0, -1, 2)), ('tiny.nested', 9, struct.pack('<IQ', 9, 1) + struct.pack('<IQ2i', 5, 2, 1, 2))]
    tensors = [('a.weight', (2, 3), 0, np.arange(6, dtype='<f4').tobytes()), ('b.weight', (32, 2), 8, base64.b64decode(next(c for c in cases if c['type'] == 'Q8_0')['blocks'])),
               ('c', (3,), 26, np.array([1, -2, 3], '<i4').tobytes())]
    head = b'GGUF' + struct.pack('<IQQ', 3, len(tensors), len(facts))
    for key, code, value in facts:
        head += text(key) + struct.pack('<I', code) + value
    offset, data = 0, b''
    for name, sizes, code, values in tensors:
        head += text(name) + struct.pack(f'<I{len(sizes)}QIQ', len(sizes), *sizes, code, len(data))
        data += values + bytes(-len(values) % 64)
    return head + bytes(-len(head) % 64) + data


print(json.dumps({'cases': cases, 'file': base64.b64encode(file()).decode()}, indent=0))
