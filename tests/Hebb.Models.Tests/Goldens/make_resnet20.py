"""Makes resnet20.json: logits of the published weights for a picture made of sines, by PyTorch, and the names and shapes of its state.
usage: python3 make_resnet20.py resnet20-cifar10.th > resnet20.json"""
import json
import sys

import torch
import torch.nn.functional as F

state = {name[len('module.'):]: value for name, value in torch.load(sys.argv[1], map_location='cpu')['state_dict'].items()}
x = torch.sin(torch.arange(2 * 3 * 32 * 32, dtype=torch.float64) * 0.37).reshape(2, 3, 32, 32).float()


def norm(x, name):
    return F.batch_norm(x, *(state[f'{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias')))


y = F.relu(norm(F.conv2d(x, state['conv1.weight'], padding=1), 'bn1'))
for stage, width in ((1, 16), (2, 32), (3, 64)):
    for block in range(3):
        at = f'layer{stage}.{block}'
        stride = 2 if stage > 1 and block == 0 else 1
        z = F.relu(norm(F.conv2d(y, state[at + '.conv1.weight'], stride=stride, padding=1), at + '.bn1'))
        z = norm(F.conv2d(z, state[at + '.conv2.weight'], padding=1), at + '.bn2')
        if stride == 2:
            y = F.pad(y[:, :, ::2, ::2], (0, 0, 0, 0, width // 4, width // 4))
        y = F.relu(y + z)
logits = F.linear(F.avg_pool2d(y, 8).flatten(1), state['linear.weight'], state['linear.bias'])
print(json.dumps({'logits': logits.flatten().tolist(), 'state': {name: list(value.shape) for name, value in state.items()}}))
