namespace Hebb.Benchmarks;

/// <summary>The convolutions of ResNet-50 (He et al., 2016, strides in the first 1x1 of a block), each shape once, and depthwise ones.</summary>
internal sealed class ConvSuite : Suite
{
    private readonly record struct Shape(int From, int To, int Kernel, int Stride, int Size, int Groups = 1);

    private static readonly Shape[] s_resNet50 =
    [
        new(3, 64, 7, 2, 224),
        new(64, 64, 1, 1, 56), new(64, 64, 3, 1, 56), new(64, 256, 1, 1, 56), new(256, 64, 1, 1, 56),
        new(256, 128, 1, 2, 56), new(256, 512, 1, 2, 56), new(128, 128, 3, 1, 28), new(128, 512, 1, 1, 28), new(512, 128, 1, 1, 28),
        new(512, 256, 1, 2, 28), new(512, 1024, 1, 2, 28), new(256, 256, 3, 1, 14), new(256, 1024, 1, 1, 14), new(1024, 256, 1, 1, 14),
        new(1024, 512, 1, 2, 14), new(1024, 2048, 1, 2, 14), new(512, 512, 3, 1, 7), new(512, 2048, 1, 1, 7), new(2048, 512, 1, 1, 7),
    ];

    private static readonly Shape[] s_depthwise =
    [
        new(64, 64, 3, 1, 112, 64), new(256, 256, 3, 1, 28, 256), new(384, 384, 7, 1, 14, 384),
        new(96, 96, 3, 2, 112, 96), new(192, 192, 3, 2, 28, 192), new(480, 480, 5, 1, 14, 480), new(240, 240, 5, 2, 28, 240),
    ];

    public override string Name => "conv";

    public override string About => "the 20 distinct convolutions of ResNet-50, forward and with both gradients";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        .. from batch in (int[])[1, 16] from shape in s_resNet50 select Case(batch, shape, backward: false),
        .. from batch in (int[])[1, 16] from shape in s_resNet50 select Case(batch, shape, backward: true),
        .. from backward in (bool[])[false, true] from shape in s_depthwise select Case(16, shape, backward) with { Extra = true },
    ];

    private static BenchCase Case(int batch, Shape s, bool backward)
    {
        string name = $"b{batch} {s.Kernel}x{s.Kernel}{(s.Stride > 1 ? "/" + s.Stride : "")} {(s.Groups > 1 ? "depthwise " + s.From : $"{s.From}-{s.To}")} {s.Size}x{s.Size} {(backward ? "gradients" : "forward")}";
        var problem = new Problem(
            $"conv n={batch} c={s.From} h={s.Size} w={s.Size} o={s.To} r={s.Kernel} s={s.Kernel} stride={s.Stride} pad={s.Kernel / 2} groups={s.Groups} backward={(backward ? 1 : 0)}");
        return new BenchCase(name, problem, backward ? ["torch"] : ["onnxruntime"], Prepare) { Tolerance = 5e-4 };
    }

    private static HebbSide Prepare(Problem p)
    {
        var x = Inputs.Tensor([p["n"], p["c"], p["h"], p["w"]], 1);
        var w = Inputs.Tensor([p["o"], p["c"] / p["groups"], p["r"], p["s"]], 2);
        Tensor Forward() => x.Conv2d(w, null, p["stride"], p["pad"], null, p["groups"]);
        if (p["backward"] == 0) return HebbSide.Of(Forward);
        Hebb.Shape shape;
        using (GradMode.NoGrad()) shape = Forward().Shape;
        return HebbSide.WithGradients(Forward, [x, w], Inputs.Tensor(shape, 3));
    }
}
