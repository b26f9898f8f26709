"""12 steps of torch.optim.SparseAdam on a table of which some rows get a gradient in each step."""
import torch

from golden import save

STEPS = 12
cases = []
for dtype in (torch.float32, torch.float64):
    torch.manual_seed(5)
    table = torch.nn.Parameter(torch.randn(6, 4, dtype=torch.float64).to(dtype))
    gradients = torch.randn(STEPS, 6, 4, dtype=torch.float64).to(dtype)
    seen = torch.rand(STEPS, 6) < 0.4
    seen[:, 0] |= ~seen.any(1)
    gradients *= seen[:, :, None]
    tensors = {"table": table.detach().clone(), "gradients": gradients}
    optimizer = torch.optim.SparseAdam([table], lr=0.05, betas=(0.8, 0.95), eps=1e-6)
    for step in range(STEPS):
        table.grad = gradients[step].to_sparse(1)
        optimizer.step()
        tensors[f"table{step}"] = table.detach().clone()
    tensors["exp_avg"], tensors["exp_avg_sq"] = optimizer.state[table]["exp_avg"], optimizer.state[table]["exp_avg_sq"]
    cases.append((str(dtype)[6:], tensors))
save("sparse_adam", cases)
