"""Makes torch.json: small files as PyTorch writes them, in base64, and what they hold.
usage: python3 make_torch.py > torch.json   (PyTorch 1.13)"""
import argparse
import base64
import collections
import io
import json
import pickle
import struct

import numpy as np
import torch

torch.manual_seed(1)
files = {}


def put(name, value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    files[name] = base64.b64encode(buffer.getvalue()).decode()


types = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
every = collections.OrderedDict((str(t)[6:], torch.tensor([0, 1, 0, 1, 1]).to(t) if t == torch.bool else torch.tensor([0, 1, 2, 3, 100]).to(t)) for t in types)
base = torch.arange(24, dtype=torch.float32)
tied = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
views = collections.OrderedDict(
    whole=base, part=base[3:7], matrix=base.reshape(4, 6), turned=base.reshape(4, 6).t(), step=base[1::5], wide=base[2:3].expand(5), empty=torch.zeros(0, 3), scalar=torch.tensor(7.5),
    embed=tied, head=tied)
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
optimizer = torch.optim.Adam(model.parameters())
model(torch.randn(5, 3)).sum().backward()
optimizer.step()
for p in optimizer.state_dict()['state'].values():
    p['exp_avg'].fill_(0.5)
checkpoint = {
    'epoch': 3, 'best': 0.75, 'note': 'ünïcode', 'none': None, 'flag': True, 'big': 2 ** 70, 'negative': -5, 'long': 2 ** 40, 'raw': b'\x00\xff',
    'size': torch.Size([2, 3]), 'dtype': torch.float16, 'device': torch.device('cuda:1'), 'cpu': torch.device('cpu'), 'set': {1, 2}, 'frozen': frozenset(['a']), 'tuple': (1, 'two', [3.0]),
    'default': collections.defaultdict(int, a=1), 'counter': collections.Counter('aab'), 'parameter': torch.nn.Parameter(torch.tensor([1.0, 2.0])),
    'scalar': np.float64(2.5), 'count': np.int64(9), 'array': np.arange(6, dtype='f4').reshape(2, 3), 'columns': np.asfortranarray(np.arange(6, dtype='i8').reshape(2, 3)),
    'swapped': np.arange(3, dtype='>i4'), 'truth': np.array([True, False]), 'model_state_dict': model.state_dict(), 'optimizer': optimizer.state_dict(),
}
for name, options in (('zip', {}), ('legacy', dict(_use_new_zipfile_serialization=False)), ('protocol4', dict(pickle_protocol=4)), ('protocol5', dict(pickle_protocol=5))):
    put(name + ':types', every, **options)
    put(name + ':views', views, **options)
    put(name + ':checkpoint', checkpoint, **options)
put('zip:wrapped', {'state_dict': {'module.' + k: v for k, v in model.state_dict().items()}})
put('zip:two', {'actor': {'w': tied}, 'critic': {'w': tied}})
put('zip:tensor', tied)
put('zip:module', torch.nn.Linear(2, 2))
put('legacy:module', torch.nn.Linear(2, 2), _use_new_zipfile_serialization=False)
put('zip:namespace', {'args': argparse.Namespace(a=1), 'w': tied})
put('zip:quantised', {'w': torch.quantize_per_tensor(tied, 0.1, 0, torch.qint8)})
put('zip:sparse', {'w': tied.to_sparse()})
scripted = io.BytesIO()
torch.jit.save(torch.jit.trace(torch.nn.ReLU(), tied), scripted)
files['script'] = base64.b64encode(scripted.getvalue()).decode()


class Attack:
    def __reduce__(self):
        return eval, ("__import__('os').system('true')",)


files['pickle:attack'] = base64.b64encode(pickle.dumps(Attack(), 2)).decode()
put('zip:attack', {'w': tied, 'x': Attack()})
print(json.dumps({'files': files, 'weight': model.state_dict()['0.weight'].flatten().tolist()}, indent=0))
