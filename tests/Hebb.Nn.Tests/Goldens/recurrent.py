"""Recurrent layers and cells: state, outputs, states after, and the gradients of everything, with packed sequences too. Names of cases are those of tests."""
import torch
from torch import nn

from golden import save, trained

cases = []


def seed(name):
    torch.manual_seed(sum((i + 1) * ord(c) for i, c in enumerate(name)))


def weigh(*tensors):
    return sum((t * torch.linspace(0.5, 1.5, t.numel()).reshape(t.shape)).sum() for t in tensors)


def add(name, layer, x, states=(), lengths=None):
    tensors = {f"before.{k}": v.clone() for k, v in layer.state_dict().items()}
    tensors |= {"x": x.clone()} | {f"s{i}": s.clone() for i, s in enumerate(states)}
    x = x.clone().requires_grad_(True)
    states = [s.clone().requires_grad_(True) for s in states]
    given = [] if not states else [states[0]] if len(states) == 1 else [tuple(states)]
    cell = isinstance(layer, nn.RNNCellBase)
    if lengths is not None:
        tensors["lengths"] = torch.tensor(lengths)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=layer.batch_first, enforce_sorted=False)
        y, after = layer(packed, *given)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=layer.batch_first, total_length=x.shape[1 if layer.batch_first else 0])
    elif cell:
        y, after = None, layer(x, *given)
    else:
        y, after = layer(x, *given)
    after = list(after) if isinstance(after, tuple) else [after]
    outputs = after if y is None else [y] + after
    weigh(*outputs).backward()
    if y is not None:
        tensors["y"] = y
    tensors |= {f"after{i}": a for i, a in enumerate(after)}
    tensors["gx"] = x.grad
    tensors |= {f"gs{i}": s.grad for i, s in enumerate(states)}
    tensors |= {f"grad.{k}": p.grad.clone() for k, p in layer.named_parameters()}
    batch = x.detach()

    def again():
        sequence = batch if lengths is None else nn.utils.rnn.pack_padded_sequence(batch, lengths, batch_first=layer.batch_first, enforce_sorted=False)
        result = layer(sequence, *[s.detach() if torch.is_tensor(s) else tuple(q.detach() for q in s) for s in given])
        if cell:
            return tuple(result) if isinstance(result, tuple) else (result,)
        y, after = result
        if lengths is not None:
            y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=layer.batch_first, total_length=batch.shape[1 if layer.batch_first else 0])
        return (y, *after) if isinstance(after, tuple) else (y, after)

    cases.append((name, tensors | trained(layer, tensors, again)))


KINDS = [("lstm", nn.LSTM, 2, {}), ("gru", nn.GRU, 1, {}), ("rnn", nn.RNN, 1, {}), ("rnn_relu", nn.RNN, 1, {"nonlinearity": "relu"})]
for kind, layer, count, more in KINDS:
    seed(kind)
    add(kind, layer(3, 5, **more), torch.randn(4, 2, 3))
    add(f"{kind}_state", layer(3, 4, 2, bias=False, **more), torch.randn(3, 2, 3), [torch.randn(2, 2, 4) for _ in range(count)])
    add(f"{kind}_both", layer(3, 3, 2, batch_first=True, bidirectional=True, **more), torch.randn(2, 5, 3), [torch.randn(4, 2, 3) for _ in range(count)])
    add(f"{kind}_lengths", layer(2, 3, 2, bidirectional=True, **more), torch.randn(5, 4, 2), [torch.randn(4, 4, 3) for _ in range(count)], [3, 5, 1, 4])
    add(f"{kind}_single", layer(3, 4, **more), torch.randn(5, 3), [torch.randn(1, 4) for _ in range(count)])
seed("lstm_proj")
add("lstm_proj", nn.LSTM(3, 5, proj_size=2), torch.randn(4, 2, 3))
add("lstm_proj_lengths", nn.LSTM(2, 4, 2, bidirectional=True, proj_size=3), torch.randn(5, 3, 2), [torch.randn(4, 3, 3), torch.randn(4, 3, 4)], [3, 5, 1])
for kind, layer, count, more in [("lstm", nn.LSTMCell, 2, {}), ("gru", nn.GRUCell, 1, {}), ("rnn", nn.RNNCell, 1, {}), ("rnn_relu", nn.RNNCell, 1, {"nonlinearity": "relu"})]:
    seed(kind + "_cell")
    add(f"{kind}_cell", layer(3, 5, **more), torch.randn(2, 3), [torch.randn(2, 5) for _ in range(count)])
    add(f"{kind}_cell_single", layer(3, 5, bias=False, **more), torch.randn(3))
save("recurrent", cases)
