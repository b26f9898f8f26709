"""Writes autocast.json: steps of PyTorch 1.13 under torch.autocast("cpu", dtype=torch.bfloat16), and the same in float32.
Run: /usr/bin/python3 autocast.py"""
import torch
from torch import nn

import golden

torch.manual_seed(3)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(8, 8) for _ in range(4))

    def forward(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = torch.matmul(q, k.transpose(1, 2)) * 0.35
        return self.out(torch.matmul(scores.float().softmax(-1), v)).mean(1)


CASES = {
    "mlp": (lambda: nn.Sequential(nn.Linear(12, 32), nn.GELU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 5)), (16, 12)),
    "conv": (lambda: nn.Sequential(nn.Conv2d(2, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2), nn.SiLU(), nn.Flatten(), nn.Linear(72, 5)), (6, 2, 8, 8)),
    "attention": (lambda: nn.Sequential(Attention(), nn.Linear(8, 5)), (4, 6, 8)),
}

cases = []
for name, (make, shape) in CASES.items():
    model = make()
    x, t = torch.randn(shape), torch.randint(0, 5, (shape[0],))
    case = {"x": x, "t": t}
    before = {k: v.clone() for k, v in model.state_dict().items()}
    for kind in ("half", "single"):
        model.load_state_dict(before)
        descent = torch.optim.SGD(model.parameters(), 0.1)
        losses = []
        for step in range(5):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "half"):
                y = model(x)
                loss = nn.functional.cross_entropy(y.float(), t)
            descent.zero_grad()
            loss.backward()
            if step == 0:
                case[f"{kind}.y"] = y.detach().float()
                case.update({f"{kind}.grad.{k}": p.grad.clone() for k, p in model.named_parameters()})
            losses.append(loss.item())
            descent.step()
        case[f"{kind}.losses"] = torch.tensor(losses)
    case.update({f"before.{k}": v for k, v in before.items()})
    cases.append((name, case))
golden.save("autocast", cases)
