using System.Numerics;

namespace Hebb.OpTests;

/// <summary>Frames, short-time Fourier transforms and windows. The values of the transforms are goldens, in SpectralGoldens.</summary>
internal static class StftRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return new("frame", [In.Real(2, 10)], x => x[0].Frame(4, 3))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 24).Select(i => x[0].ToArray<double>()[i / 12 * 10 + i / 4 % 3 * 3 + i % 4]).ToArray(), [2, 3, 4])],
        };
        yield return new("frame_gaps", [In.Real(11)], x => x[0].Frame(2, 4)) { Reference = x => [Tensor.From(new[] { 0, 1, 4, 5, 8, 9 }.Select(i => x[0].ToArray<double>()[i]).ToArray(), [3, 2])] };
        yield return new("frame_whole", [In.Real(3)], x => x[0].Frame(3, 1)) { Reference = x => [x[0].Reshape(1, 3)] };
        yield return new("overlap_add", [In.Real(2, 3, 4)], x => x[0].OverlapAdd(3, 12)) { Reference = x => [AddUp(x[0], 3, 12)] };
        yield return new("overlap_add_default", [In.Real(5, 3)], x => x[0].OverlapAdd(1)) { Reference = x => [AddUp(x[0], 1, 7)] };
        yield return new("overlap_add_no_frame", [In.Real(2, 0, 3)], x => x[0].OverlapAdd(1, 4)) { Reference = _ => [Tensor.Zeros([2, 4], DType.Float64)] };
        yield return new("overlap_add_empty", [In.Real(0, 2, 3)], x => x[0].OverlapAdd(1)) { Reference = _ => [Tensor.Zeros([0, 4], DType.Float64)] };
        yield return new("stft", [In.Real(2, 20), In.Real(6)], x => x[0].Stft(8, 3, x[1]).ViewAsReal()) { DTypes = [DType.Float32], GradientTolerance = 3e-6 };
        yield return new("stft_from_start", [In.Real(9)], x => x[0].Stft(4, center: false, onesided: false).ViewAsReal()) { DTypes = [DType.Float32] };
        yield return new("istft", [In.Real(5, 4, 2), In.Between(0.5, 1, 8)], x => x[0].ViewAsComplex().Istft(8, 3, x[1])) { DTypes = [DType.Float32], GradientTolerance = 3e-6 };
        yield return new("stft_istft", [In.Real(2, 37), In.Between(0.5, 1, 10)], x => x[0].Stft(10, 4, x[1]).Istft(10, 4, x[1], length: 37)) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("stft_istft_two_sided", [In.Real(24)], x => x[0].Stft(8, 4, center: false, norm: FftNorm.Ortho, onesided: false).Istft(8, 4, center: false, norm: FftNorm.Ortho, onesided: false))
        {
            DTypes = [DType.Float32],
            Reference = x => [x[0]],
        };
        yield return new("windows", [], _ => [
            Windows.Rectangular(3, DType.Float64), Windows.Cosine(3, periodic: false, DType.Float64), Windows.Gaussian(5, 2, periodic: false, DType.Float64),
            Windows.Nuttall(5, periodic: false, DType.Float64), Windows.Tukey(9, 0.5, periodic: false, DType.Float64), Windows.Tukey(4, 0, dtype: DType.Float64),
            Windows.Hann(0, dtype: DType.Float64), Windows.Gaussian(1, 1, dtype: DType.Float64),
        ])
        {
            Gradient = false,
            DTypes = [],
            Reference = _ => [
                Tensor.From([1.0, 1, 1]), Tensor.From([0.5, 1, 0.5]), Tensor.From([Math.Exp(-0.5), Math.Exp(-0.125), 1, Math.Exp(-0.125), Math.Exp(-0.5)]),
                Tensor.From([0.0, 0.211536, 1, 0.211536, 0]), Tensor.From([0, 0.5, 1, 1, 1, 1, 1, 0.5, 0]), Tensor.From([1.0, 1, 1, 1]),
                Tensor.From<double>([]), Tensor.From([1.0]),
            ],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var signal = Tensor.Zeros([10]);
        yield return ErrorCase.Shape("frame_short", () => Tensor.Zeros([2, 3]).Frame(4, 1), "Frame: the last axis of [2, 3] is shorter than a frame of 4");
        yield return ErrorCase.Shape("frame_hop", () => signal.Frame(4, 0), "Frame: frames of 4 elements, 0 apart; both must be at least 1");
        yield return ErrorCase.Shape("overlap_add_rank", () => signal.OverlapAdd(1), "OverlapAdd: [10] with hop 1");
        yield return ErrorCase.Shape("overlap_add_length", () => Tensor.Zeros([2, 4]).OverlapAdd(3, 6), "OverlapAdd: 2 frames of 4, 3 apart, cover 7 elements, more than the length 6");
        yield return ErrorCase.DType("overlap_add_ints", () => Tensor.Zeros([2, 4], DType.Int64).OverlapAdd(3), "OverlapAdd: int64 is not a real floating type");
        yield return ErrorCase.Shape("stft_short", () => signal.Stft(16, center: false), "Stft: the signal [10] is shorter than a frame of 16");
        yield return ErrorCase.Shape("stft_reflect", () => signal.Stft(20), "Stft: reflecting 10 samples at each end needs a longer signal than [10]");
        yield return ErrorCase.Shape("stft_window", () => signal.Stft(4, window: Tensor.Ones([5])), "Stft: the window is [5]; it must have one axis of at most n = 4");
        yield return ErrorCase.Shape("stft_hop", () => signal.Stft(4, 0), "Stft: transforms of 4 points, 0 apart");
        yield return ErrorCase.Shape("stft_scalar", () => Tensor.Scalar(1).Stft(4), "Stft: a scalar is no signal");
        yield return ErrorCase.Shape("istft_bins", () => Tensor.Zeros([4, 3], DType.Complex64).Istft(4), "Istft: [4, 3] is not [..., 3, frames] with at least one frame, as n = 4 asks for");
        yield return ErrorCase.Shape("istft_gaps", () => Tensor.Zeros([3, 3], DType.Complex64).Istft(4, 5, center: false), "Istft: the squared windows add up to 0 at sample 4");
        yield return ErrorCase.Shape("istft_nothing", () => Tensor.Zeros([3, 1], DType.Complex64).Istft(4), "Istft: 1 frames of 4, 1 apart, leave no sample");
        yield return ErrorCase.Shape("windows_negative", () => Windows.Hann(-1), "Windows: a window of -1 samples");
    }

    private static Tensor AddUp(Tensor x, int hop, int length)
    {
        int frames = x.Shape[^2], size = x.Shape[^1], rows = (int)x.Count / (frames * size);
        double[] from = x.ToArray<double>(), to = new double[rows * length];
        for (int i = 0; i < from.Length; i++)
            to[i / (frames * size) * length + i / size % frames * hop + i % size] += from[i];
        return Tensor.From(to, x.Shape[..^2].Concat([length]));
    }
}
