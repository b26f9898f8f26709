"""Calls of torch.optim.LBFGS on a valley of five unknowns, Rosenbrock's and a quartic: parameters after each call and the losses that they returned."""
import torch

from golden import save

CALLS = 6
OPTIONS = {
    "plain": dict(lr=0.02, max_iter=5),
    "history": dict(lr=0.05, max_iter=6, history_size=3),
    "wolfe": dict(max_iter=4, line_search_fn="strong_wolfe"),
    "wolfe_short": dict(lr=0.2, max_iter=3, max_eval=6, history_size=2, line_search_fn="strong_wolfe"),
    "wolfe_ends": dict(max_iter=40, tolerance_grad=1e-3, tolerance_change=1e-6, line_search_fn="strong_wolfe"),
}


def loss(a, b):
    x = torch.cat([a, b.reshape(-1)])
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum() + 0.1 * (x ** 4).sum()


cases = []
for dtype in (torch.float64, torch.float32):
    for name, options in OPTIONS.items():
        a = torch.nn.Parameter(torch.tensor([-1.2, 0.7, 0.3], dtype=dtype))
        b = torch.nn.Parameter(torch.tensor([[0.5], [-0.4]], dtype=dtype))
        optimizer = torch.optim.LBFGS([a, b], **options)
        tensors, losses = {"a": a.detach().clone(), "b": b.detach().clone()}, []

        def closure():
            optimizer.zero_grad()
            value = loss(a, b)
            value.backward()
            return value

        for call in range(CALLS):
            losses.append(optimizer.step(closure).item())
            tensors |= {f"a{call}": a.detach().clone(), f"b{call}": b.detach().clone()}
        state = optimizer.state[a]
        tensors |= {"losses": torch.tensor(losses, dtype=torch.float64), "counts": torch.tensor([state["n_iter"], state["func_evals"]])}
        cases.append((f"{name}_{str(dtype)[6:]}", tensors))
save("lbfgs", cases)
