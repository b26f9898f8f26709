import torch

from golden import save

torch.manual_seed(3)
cases = []


def add(name, f, *inputs):
    out = f(*inputs)
    out = out if isinstance(out, (list, tuple)) else [out]
    cases.append((name, list(inputs), [torch.view_as_real(o) if o.is_complex() else o for o in out]))


def c(x):
    return torch.view_as_complex(x)


add("fft", lambda x: torch.fft.fft(c(x)), torch.randn(2, 12, 2))
add("fft_pad_ortho", lambda x: torch.fft.fft(c(x), 17, dim=0, norm="ortho"), torch.randn(10, 3, 2))
add("ifft_crop_forward", lambda x: torch.fft.ifft(c(x), 7, norm="forward"), torch.randn(2, 9, 2))
add("rfft_even", lambda x: torch.fft.rfft(x), torch.randn(3, 30))
add("rfft_odd_ortho", lambda x: torch.fft.rfft(x, norm="ortho"), torch.randn(3, 31))
add("irfft", lambda x: torch.fft.irfft(c(x)), torch.randn(2, 9, 2))
add("irfft_odd", lambda x: torch.fft.irfft(c(x), 15, norm="forward"), torch.randn(2, 9, 2))
add("fftn_sizes", lambda x: torch.fft.fftn(c(x), s=(4, 6)), torch.randn(2, 5, 5, 2))
add("ifftn_axes", lambda x: torch.fft.ifftn(c(x), dim=(0, 2), norm="ortho"), torch.randn(3, 4, 5, 2))
add("rfftn_axes", lambda x: torch.fft.rfftn(x, s=(4, 7), dim=(2, 0)), torch.randn(6, 2, 5))
add("irfftn_sizes", lambda x: torch.fft.irfftn(c(x), s=(3, 7)), torch.randn(4, 5, 2))
add("stft", lambda x, w: torch.stft(x, 16, window=w, return_complex=True), torch.randn(2, 70), torch.hann_window(16))
add("stft_short_window", lambda x, w: torch.stft(x, 15, hop_length=4, win_length=10, window=w, center=False, normalized=True, return_complex=True),
    torch.randn(61), torch.hamming_window(10))
add("stft_two_sided", lambda x: torch.stft(x, 8, onesided=False, return_complex=True), torch.randn(30))
add("stft_complex", lambda x, w: torch.stft(c(x), 8, hop_length=3, window=w, return_complex=True), torch.randn(30, 2), torch.hann_window(8))
add("istft", lambda x, w: torch.istft(c(x), 16, window=w), torch.randn(2, 9, 8, 2), torch.hann_window(16))
add("istft_length", lambda x, w: torch.istft(c(x), 15, hop_length=4, win_length=12, window=w, normalized=True, length=25), torch.randn(8, 8, 2), torch.hamming_window(12))
add("istft_two_sided", lambda x: torch.istft(c(x), 8, hop_length=4, onesided=False, center=False), torch.randn(8, 5, 2))
for n in (1, 7, 8):
    for periodic in (True, False):
        windows = [torch.hann_window, torch.hamming_window, torch.blackman_window, torch.bartlett_window]
        add(f"windows_{n}_{periodic}", lambda: [w(n, periodic) for w in windows] + [torch.kaiser_window(n, periodic), torch.kaiser_window(n, periodic, beta=5.0)])
save("spectral", cases)
