# Writes VectorMath.golden.txt: function, arguments and correctly rounded results as the bits of doubles. Needs mpmath.
import random
import struct

from mpmath import inf, mp, mpf
import mpmath as m

mp.dps = 60
random.seed(20)


def bits(x):
    return format(struct.unpack("<Q", struct.pack("<d", float(x)))[0], "016x")


def spread(lo, hi, n):
    return [random.uniform(lo, hi) for _ in range(n)]


def logspread(lo, hi, n, signs=True):
    return [random.choice([-1, 1] if signs else [1]) * 2.0 ** random.uniform(lo, hi) for _ in range(n)]


def erfcinv_newton(c):
    z = m.sqrt(-m.log(c))
    for _ in range(80):
        z -= (m.erfc(z) - c) / (-2 / m.sqrt(m.pi) * m.exp(-z * z))
    return z


def erfinv(x):
    a = abs(mpf(x))
    r = m.erfinv(a) if a < 0.9 else erfcinv_newton(1 - a)
    return m.sign(x) * r


near1 = [1 + s * 2.0 ** -k for k in range(1, 53, 3) for s in (1, -1)]
unary = {
    "Exp": (m.exp, spread(-745, 709.7, 40) + spread(-2, 2, 30) + logspread(-60, 0, 15)),
    "Expm1": (m.expm1, spread(-40, 709.7, 30) + spread(-2, 2, 40) + logspread(-60, 0, 15)),
    "Exp2": (lambda x: mpf(2) ** x, spread(-1074, 1023.9, 40) + spread(-2, 2, 30) + logspread(-60, 0, 15)),
    "Log": (m.log, logspread(-1073, 1023, 40, False) + spread(0.3, 3, 30) + near1),
    "Log2": (lambda x: m.log(x) / m.log(2), logspread(-1073, 1023, 40, False) + spread(0.3, 3, 30) + near1),
    "Log10": (lambda x: m.log(x) / m.log(10), logspread(-1073, 1023, 40, False) + spread(0.3, 3, 30) + near1),
    "Log1p": (m.log1p, spread(-0.999, 3, 40) + logspread(0, 1023, 20, False) + logspread(-60, -1, 30)),
    "Sin": (m.sin, spread(-8, 8, 40) + spread(-5e5, 5e5, 40) + [float(k * m.pi / 2) for k in (1, 2, 3, 22, 355, 333331)] + [1e6, 1e22]),
    "Cos": (m.cos, spread(-8, 8, 40) + spread(-5e5, 5e5, 40) + [float(k * m.pi / 2) for k in (1, 2, 3, 22, 355, 333331)] + [1e6, 1e22]),
    "Tan": (m.tan, spread(-8, 8, 40) + spread(-5e5, 5e5, 40) + [float(k * m.pi / 2) for k in (1, 2, 3, 22, 355, 333331)] + [1e6, 1e22]),
    "Sinh": (m.sinh, spread(-710, 710, 30) + spread(-3, 3, 40) + logspread(-60, 0, 15)),
    "Cosh": (m.cosh, spread(-710, 710, 30) + spread(-3, 3, 40) + logspread(-60, 0, 15)),
    "Tanh": (m.tanh, spread(-20, 20, 30) + spread(-2, 2, 40) + logspread(-60, 0, 15)),
    "Asin": (m.asin, spread(-1, 1, 60) + logspread(-60, 0, 15) + [0.5, -0.5, 1.0, 1 - 2.0**-53]),
    "Acos": (m.acos, spread(-1, 1, 60) + logspread(-60, 0, 15) + [0.5, -0.5, -1.0, 1 - 2.0**-53]),
    "Atan": (m.atan, spread(-4, 4, 60) + logspread(-60, 60, 30)),
    "Asinh": (m.asinh, spread(-4, 4, 50) + logspread(-60, 1000, 40)),
    "Acosh": (m.acosh, spread(1, 4, 50) + logspread(0, 1000, 30, False) + [1 + 2.0**-k for k in range(1, 52, 4)]),
    "Atanh": (m.atanh, spread(-1, 1, 50) + logspread(-60, -1, 30) + [1 - 2.0**-k for k in range(1, 52, 4)]),
    "Erf": (m.erf, spread(-6, 6, 40) + spread(-1.1, 1.1, 40) + logspread(-60, 0, 15)),
    "Erfc": (m.erfc, spread(-6, 6, 40) + spread(0, 26.5, 40) + logspread(-60, 0, 15)),
    "ErfInv": (erfinv, spread(-1, 1, 50) + [1 - 2.0**-k for k in range(2, 54)] + logspread(-60, -1, 15)),
    "Sigmoid": (lambda x: 1 / (1 + m.exp(-mpf(x))), spread(-740, 40, 40) + spread(-3, 3, 40)),
    "LGamma": (lambda x: m.log(abs(m.gamma(x))) if abs(x) < 150 else m.re(m.loggamma(x)), spread(0.01, 12, 60) + logspread(-60, 100, 30, False) + near1[6:] + [2 + d for d in (-0.4, -1e-3, 1e-9, 0.1)]),
    "Digamma": (lambda x: m.psi(0, x), spread(0.01, 12, 60) + logspread(-60, 100, 30, False) + spread(1.4, 1.5, 10)),
    "LGammaLeft": (lambda x: m.log(abs(m.gamma(x))), spread(-20, 0, 40)),
    "DigammaLeft": (lambda x: m.psi(0, x), spread(-20, 0, 40)),
}
with open("VectorMath.golden.txt", "w", newline="\n") as f:
    for name, (fn, xs) in unary.items():
        for x in xs:
            f.write(f"{name} {bits(x)} {bits(fn(mpf(x)))}\n")
    for _ in range(120):
        y, x = random.uniform(-3, 3) * 2.0 ** random.randint(-20, 20), random.uniform(-3, 3)
        f.write(f"Atan2 {bits(y)} {bits(x)} {bits(m.atan2(mpf(y), mpf(x)))}\n")
    for _ in range(60):
        x, y = 2.0 ** random.uniform(-20, 20), random.uniform(-30, 30)
        f.write(f"Pow {bits(x)} {bits(y)} {bits(mpf(x) ** mpf(y))}\n")
