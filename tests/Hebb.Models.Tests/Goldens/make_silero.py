"""Makes silero.json: probabilities of speech for every 512 samples of a recording, by the published weights and PyTorch.
usage: python3 make_silero.py silero_vad_16k.safetensors jfk.wav > silero.json"""
import json
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

data = open(sys.argv[1], 'rb').read()
length = struct.unpack('<Q', data[:8])[0]
w = {}
for name, entry in json.loads(data[8:8 + length]).items():
    first, end = entry['data_offsets']
    w[name] = torch.tensor(np.frombuffer(data[8 + length + first:8 + length + end], '<f4').reshape(entry['shape']))
wav = open(sys.argv[2], 'rb').read()
sound = torch.tensor(np.frombuffer(wav[wav.index(b'data') + 8:], '<i2') / 32768.0, dtype=torch.float32)
cell = torch.nn.LSTMCell(128, 128)
cell.load_state_dict({name[len('lstm_cell.'):]: value for name, value in w.items() if name.startswith('lstm_cell.')})

state, context, probabilities = None, torch.zeros(64), []
with torch.no_grad():
    for at in range(0, len(sound), 512):
        fresh = F.pad(sound[at:at + 512], (0, max(0, at + 512 - len(sound))))
        window, context = torch.cat([context, fresh]), fresh[-64:]
        spectrum = F.conv1d(F.pad(window[None, None], (0, 64), mode='reflect'), w['stft_conv.weight'], stride=128)
        x = (spectrum[:, :129] ** 2 + spectrum[:, 129:] ** 2).sqrt()
        for layer, stride in ((1, 1), (2, 2), (3, 2), (4, 1)):
            x = F.relu(F.conv1d(x, w[f'conv{layer}.weight'], w[f'conv{layer}.bias'], stride=stride, padding=1))
        state = cell(x.squeeze(-1), state)
        y = torch.sigmoid(F.conv1d(F.relu(state[0]).unsqueeze(-1), w['final_conv.weight'], w['final_conv.bias']))
        probabilities.append(round(y.item(), 6))
print(json.dumps({'probabilities': probabilities}))
