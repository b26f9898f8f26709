namespace Hebb.OpTests;

/// <summary>Fourier transforms, short-time transforms and windows against PyTorch.</summary>
public class SpectralGoldens
{
    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("spectral").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void Agree(string name) => Golden.Verify("spectral", name, x => Array.ConvertAll(Run(name, x), y => y.DType.IsComplex ? y.ViewAsReal() : y));

    private static Tensor[] Run(string name, Tensor[] x) => name switch
    {
        "fft" => [x[0].ViewAsComplex().Fft()],
        "fft_pad_ortho" => [x[0].ViewAsComplex().Fft(17, 0, FftNorm.Ortho)],
        "ifft_crop_forward" => [x[0].ViewAsComplex().Ifft(7, norm: FftNorm.Forward)],
        "rfft_even" => [x[0].Rfft()],
        "rfft_odd_ortho" => [x[0].Rfft(norm: FftNorm.Ortho)],
        "irfft" => [x[0].ViewAsComplex().Irfft()],
        "irfft_odd" => [x[0].ViewAsComplex().Irfft(15, norm: FftNorm.Forward)],
        "fftn_sizes" => [x[0].ViewAsComplex().FftN(sizes: [4, 6])],
        "ifftn_axes" => [x[0].ViewAsComplex().IfftN([0, 2], norm: FftNorm.Ortho)],
        "rfftn_axes" => [x[0].RfftN([2, 0], [4, 7])],
        "irfftn_sizes" => [x[0].ViewAsComplex().IrfftN(sizes: [3, 7])],
        "stft" => [x[0].Stft(16, window: x[1])],
        "stft_short_window" => [x[0].Stft(15, 4, x[1], center: false, FftNorm.Ortho)],
        "stft_two_sided" => [x[0].Stft(8, onesided: false)],
        "stft_complex" => [x[0].ViewAsComplex().Stft(8, 3, x[1])],
        "istft" => [x[0].ViewAsComplex().Istft(16, window: x[1])],
        "istft_length" => [x[0].ViewAsComplex().Istft(15, 4, x[1], norm: FftNorm.Ortho, length: 25)],
        "istft_two_sided" => [x[0].ViewAsComplex().Istft(8, 4, center: false, onesided: false)],
        _ when name.Split('_') is ["windows", var n, var periodic] => AllWindows(int.Parse(n), bool.Parse(periodic)),
        _ => throw new InvalidOperationException($"no run for the golden case '{name}'"),
    };

    private static Tensor[] AllWindows(int n, bool periodic) =>
        [Windows.Hann(n, periodic), Windows.Hamming(n, periodic), Windows.Blackman(n, periodic), Windows.Bartlett(n, periodic), Windows.Kaiser(n, periodic: periodic), Windows.Kaiser(n, 5, periodic)];
}
