"""25 steps of every option of every optimizer without a closure, on two parameters, of which the second has no gradient in each fifth step."""
import torch

from golden import save

STEPS = 25
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd_decay": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
    "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "sgd_dampening": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.01),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.02),
    "adam_decay": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1),
    "adam_amsgrad": lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.9, 0.9), amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02),
    "adamw_decay": lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.3),
    "adamw_amsgrad": lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.9, 0.9), weight_decay=0.1, amsgrad=True),
    # One tensor at a time, NAdam of 1.13 multiplies the next step's decay rate in twice; all at once it follows the paper, as later versions do throughout.
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.02, foreach=True),
    "nadam_decay": lambda p: torch.optim.NAdam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, momentum_decay=0.05, foreach=True),
    "radam": lambda p: torch.optim.RAdam(p, lr=0.02),
    "radam_decay": lambda p: torch.optim.RAdam(p, lr=0.02, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.02),
    "adamax_decay": lambda p: torch.optim.Adamax(p, lr=0.02, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.02),
    "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-6, weight_decay=0.1, momentum=0.8),
    "rmsprop_centered": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-2, centered=True),
    "rmsprop_all": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-2, weight_decay=0.1, momentum=0.8, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "adagrad_decay": lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.3, eps=1e-6),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0),
    "adadelta_decay": lambda p: torch.optim.Adadelta(p, lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1),
    "rprop": lambda p: torch.optim.Rprop(p, lr=0.02),
    "rprop_limits": lambda p: torch.optim.Rprop(p, lr=0.02, etas=(0.4, 1.5), step_sizes=(0.01, 0.03)),
    "asgd": lambda p: torch.optim.ASGD(p, lr=0.05),
    "asgd_average": lambda p: torch.optim.ASGD(p, lr=0.05, lambd=0.1, alpha=0.6, t0=4, weight_decay=0.1),
}
# Counts, and numbers that follow from them.
NUMBERS = ("step", "mu_product", "eta", "mu")

cases = []
for dtype in (torch.float32, torch.float64):
    for name, make in OPTIMIZERS.items():
        torch.manual_seed(7)
        a = torch.nn.Parameter(torch.randn(3, 7, dtype=torch.float64).to(dtype))
        b = torch.nn.Parameter(torch.randn(5, dtype=torch.float64).to(dtype))
        # The last steps are small, so that AMSGrad differs from Adam.
        scale = torch.linspace(2, 0.1, STEPS, dtype=torch.float64)
        ga = (torch.randn(STEPS, 3, 7, dtype=torch.float64) * scale[:, None, None]).to(dtype)
        gb = (torch.randn(STEPS, 5, dtype=torch.float64) * scale[:, None]).to(dtype)
        if name == "sgd":
            cases.append((f"inputs_{str(dtype)[6:]}", {"a": a.detach().clone(), "b": b.detach().clone(), "ga": ga, "gb": gb}))
        tensors = {}
        optimizer = make([a, b])
        for step in range(STEPS):
            a.grad = ga[step].clone()
            b.grad = None if step % 5 == 4 else gb[step].clone()
            optimizer.step()
            if step in (0, 1, STEPS - 1):
                tensors[f"a{step}"] = a.detach().clone()
                tensors[f"b{step}"] = b.detach().clone()
        for key, p in (("a", a), ("b", b)):
            for entry, value in optimizer.state[p].items():
                if entry not in NUMBERS and value is not None:
                    tensors[f"{key}.{entry}"] = value.clone()
        cases.append((f"{name}_{str(dtype)[6:]}", tensors))
save("optimizers", cases)
