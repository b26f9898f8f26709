using System.Globalization;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Image ops and their gradients against PyTorch, from cases named by their arguments.</summary>
public class ImageTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("image").Concat(Golden.Names("grid")).Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Cases))]
    public void Agrees(string name) => Golden.Verify(name.StartsWith("grid") ? "grid" : "image", name, x =>
    {
        var leaves = x[..^1];
        foreach (var leaf in leaves)
            leaf.RequiresGrad = true;
        var y = Call(name, leaves);
        y.Backward(x[^1]);
        return [y, .. leaves.Select(leaf => leaf.Grad!)];
    });

    private static Tensor Call(string name, Tensor[] x)
    {
        string[] words = name.Split(' ', 3);
        bool align = name.EndsWith("True");
        switch (words[0])
        {
            case "interpolate":
                var mode = words[1] switch { "nearest" => InterpolationMode.Nearest, "nearest-exact" => InterpolationMode.NearestExact, "bicubic" => InterpolationMode.Cubic, _ => InterpolationMode.Linear };
                double[] numbers = words[2].Split('[', ']')[1].Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
                return words[2].StartsWith('x') ? x[0].Interpolate(numbers, mode) : x[0].Interpolate(Array.ConvertAll(numbers, n => (int)n), mode, align);
            case "grid" or "grid3":
                string[] rest = words[2].Split(' ');
                return x[0].GridSample(
                    x[1],
                    words[1] switch { "bilinear" => InterpolationMode.Linear, "nearest" => InterpolationMode.Nearest, _ => InterpolationMode.Cubic },
                    rest[0] switch { "zeros" => GridPadding.Zeros, "border" => GridPadding.Border, _ => GridPadding.Reflection },
                    align);
            case "affine":
                return Tensor.AffineGrid(x[0], [2, 1, 3, 4], align);
            case "affine3":
                return Tensor.AffineGrid(x[0], [1, 1, 2, 3, 1], align);
            case "pad":
                int[] padding = words[2].Trim('[', ']').Split(',').Select(int.Parse).ToArray();
                return x[0].Pad(padding, words[1] switch { "constant" => PadMode.Constant, "reflect" => PadMode.Reflect, "replicate" => PadMode.Replicate, _ => PadMode.Circular });
            case "unfold":
                return words[1] == "plain" ? x[0].Unfold2d((2, 3)) : x[0].Unfold2d((2, 2), stride: (2, 3), padding: (1, 2), dilation: (2, 1));
            case "fold":
                return words[1] == "plain" ? x[0].Fold2d((5, 4), (2, 3)) : x[0].Fold2d((5, 4), (2, 2), stride: (2, 3), padding: (1, 2), dilation: (2, 1));
            case "pixel":
                return words[1] == "shuffle" ? x[0].PixelShuffle(2) : x[0].PixelUnshuffle(2);
            default:
                throw new InvalidOperationException(name);
        }
    }

    [Theory, InlineData(InterpolationMode.Nearest), InlineData(InterpolationMode.Linear), InlineData(InterpolationMode.Cubic)]
    public void GridSampleDecomposes(InterpolationMode mode)
    {
        var random = new Random(4);
        Tensor Make(params int[] shape) => Tensor.From(Enumerable.Range(0, (int)((Shape)shape).Count).Select(_ => random.NextDouble() * 3 - 1.5).ToArray(), shape);
        foreach (bool volume in new[] { false, true }.Take(mode == InterpolationMode.Cubic ? 1 : 2))
        {
            var (x, grid) = volume ? (Make(2, 2, 3, 2, 4), Make(2, 2, 1, 3, 3)) : (Make(2, 3, 5, 4), Make(2, 4, 3, 2));
            foreach (var padding in Enum.GetValues<GridPadding>())
            {
                foreach (bool align in new[] { false, true })
                {
                    var rule = new GridRule(mode, padding, align);
                    var y = Engine.Apply(new GridSampleOp(rule), x, grid);
                    Check.Close(new GridSampleOp(rule).Decompose([x, grid])[0], y, 1e-12, $"{rule}");
                    var g = Make(y.Shape.ToArray());
                    Check.Close(new GridToGridOp(rule).Decompose([g, x, grid])[0].Detach(), Engine.Apply(new GridToGridOp(rule), g, x, grid), 1e-12, $"{rule}, by the grid");
                }
            }
        }
    }

    [Fact]
    public void PointsThatAreNoNumbersAreOutside()
    {
        var x = Tensor.Ones([1, 1, 2, 2]);
        var grid = Tensor.From<float>([float.NaN, 0, float.PositiveInfinity, 0, 1e30f, 0], [1, 1, 3, 2]);
        foreach (var mode in new[] { InterpolationMode.Nearest, InterpolationMode.Linear, InterpolationMode.Cubic })
            Assert.Equal([0, 0, 0], x.GridSample(grid, mode).ToArray<float>());
    }

    [Fact]
    public void LargeImagesAreTheSameAtAnyThreadCount()
    {
        var random = new Random(6);
        var x = Tensor.From(Enumerable.Range(0, 2 * 3 * 90 * 110).Select(_ => random.NextSingle()).ToArray(), [2, 3, 90, 110]);
        var grid = Tensor.From(Enumerable.Range(0, 2 * 70 * 80 * 2).Select(_ => random.NextSingle() * 2 - 1).ToArray(), [2, 70, 80, 2]);
        Tensor[] Run(int threads)
        {
            using var _ = Cpu.ParallelFor.Limit(threads);
            Tensor a = x.Detach().RequireGrad(), b = grid.Detach().RequireGrad();
            var y = a.GridSample(b, InterpolationMode.Cubic, GridPadding.Reflection) * 2;
            var z = a.Interpolate([200, 41], InterpolationMode.Cubic);
            var w = a.Pad([3, 4, 5, 6], PadMode.Reflect).Unfold2d((3, 3), stride: (2, 2)).Fold2d((101, 117), (3, 3), stride: (2, 2));
            (y.Sum() + (z * z).Sum() + (w * w).Sum()).Backward();
            return [y, z, w, a.Grad!, b.Grad!];
        }
        var (one, many) = (Run(1), Run(5));
        for (int i = 0; i < one.Length; i++)
            Check.Same(one[i].Detach(), many[i].Detach(), $"result {i}");
    }
}
