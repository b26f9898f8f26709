"""Writes npy-cases.txt: .npy and .npz files as NumPy writes them, one a line.

npy NAME TYPE SHAPE ORDER FILE(base64)   elements are (i * 37 % 101) for i in row order, made of the type
npz NAME FILE(base64)
"""
import base64
import io
import numpy as np

out = open("npy-cases.txt", "w")


def base(bytes_):
    return base64.b64encode(bytes_).decode()


def values(shape, dtype):
    count = int(np.prod(shape, dtype=np.int64))
    v = np.arange(count) * 37 % 101
    return v.reshape(shape).astype(dtype)


def npy(name, array):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    shape = ",".join(map(str, array.shape)) or "-"
    out.write(f"npy {name} {array.dtype.str} {shape} {order} {base(buffer.getvalue())}\n")


for code in ["<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1", "<c8", "<c16"]:
    npy("little", values((2, 3), code))
for code in [">f2", ">f4", ">f8", ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", ">c8", ">c16"]:
    npy("big", values((2, 3), code))
npy("scalar", values((), "<f4"))
npy("empty", values((0, 4), "<f8"))
npy("vector", values((7,), "<i4"))
npy("deep", values((1, 2, 1, 3, 1, 2, 1, 2), "<i2"))
npy("fortran", np.asfortranarray(values((3, 4), "<f4")))
npy("fortran3", np.asfortranarray(values((2, 3, 4), ">i4")))
npy("date", values((3,), "<M8[D]"))

for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
    buffer = io.BytesIO()
    ragged = np.empty(3, dtype=object)
    for i in range(3):
        ragged[i] = values((i + 1, 3), "<i2")
    save(buffer, a=values((2, 3), "<f4"), b=values((200,), "<i8"), names=np.array(["x", "añ", "三"]),
         raw=np.array([b"ab", b"c"]), ragged=ragged)
    out.write(f"npz {name} {base(buffer.getvalue())}\n")
