import torch

from golden import save

torch.manual_seed(5)
cases = []


def add(name, f, *inputs):
    """Stores the outputs, then the gradient of the sum of their squares by each input."""
    inputs = [x.clone().requires_grad_() for x in inputs]
    outputs = f(*inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    grads = torch.autograd.grad(sum((o * o).sum() for o in outputs), inputs)
    cases.append((name, [x.detach() for x in inputs], outputs + list(grads)))


def symmetric(n):
    x = torch.randn(2, n, n)
    return x + x.mT + 2 * torch.diag(torch.arange(n, dtype=torch.float32))


def positive(n):
    x = torch.randn(2, n, n)
    return x @ x.mT / n + torch.eye(n)


def well(*shape):
    return torch.randn(*shape) + 3 * torch.eye(shape[-2], shape[-1])


add("cholesky", torch.linalg.cholesky, positive(5))
add("cholesky_solve", lambda b, a: torch.cholesky_solve(b, torch.linalg.cholesky(a)), torch.randn(2, 4, 3), positive(4))
add("solve", torch.linalg.solve, well(2, 5, 5), torch.randn(2, 5, 3))
add("solve_right", lambda a, b: torch.linalg.solve(a, b, left=False), well(4, 4), torch.randn(2, 3, 4))
add("solve_triangular", lambda a, b: torch.linalg.solve_triangular(a, b, upper=True), well(2, 5, 5), torch.randn(2, 5, 3))
add("solve_triangular_right", lambda a, b: torch.linalg.solve_triangular(a, b, upper=False, left=False), well(4, 4), torch.randn(3, 4))
add("inverse", torch.linalg.inv, well(2, 4, 4))
add("det", torch.linalg.det, torch.randn(3, 4, 4))
add("slogdet", lambda a: torch.linalg.slogdet(a)[1], torch.randn(3, 6, 6))
add("qr_tall", torch.linalg.qr, well(2, 6, 4))
add("qr_wide", torch.linalg.qr, well(3, 5))
add("eigvalsh", torch.linalg.eigvalsh, symmetric(6))
add("eigh_squares", lambda a: torch.linalg.eigh(a)[1] ** 2, symmetric(4))
add("svdvals", torch.linalg.svdvals, torch.randn(2, 5, 7))
add("svd_squares_tall", lambda a: [torch.linalg.svd(a, full_matrices=False)[i] ** 2 for i in (0, 2)], well(5, 3))
add("svd_squares_wide", lambda a: [torch.linalg.svd(a, full_matrices=False)[i] ** 2 for i in (0, 2)], well(3, 5))
save("linalg", cases)
