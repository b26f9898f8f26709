namespace Hebb.Benchmarks;

/// <summary>Whole models on one image: ONNX's light graphs with seeded weights, imported and compiled.</summary>
internal sealed class OnnxSuite : Suite
{
    private static readonly string[] s_extra = ["bvlc_alexnet", "vgg19", "zfnet512"];

    public override string Name => "onnx";

    public override string About => "ONNX's light graphs with seeded weights, one image, compiled";

    public override string? Missing => LightModel.Missing();

    public override IReadOnlyList<BenchCase> Cases { get; } =
        [.. LightModel.Names.Select((name, i) => new BenchCase(name, new Problem($"onnx model={i}"), ["onnxruntime"], Prepare) { Extra = s_extra.Contains(name), Tolerance = 1e-3 })];

    private static HebbSide Prepare(Problem problem)
    {
        var light = LightModel.Read(problem["model"]);
        var compiled = Hebb.OnnxModel.Load(light.Bytes).Compile();
        Tensor[] inputs = [Inputs.Tensor(Shape.Create(light.InputShape), 1)], outputs = [Tensor.Zeros(Shape.Create(light.OutputShape))];
        void Call()
        {
            using var none = GradMode.NoGrad();
            compiled.CallInto(inputs, outputs);
        }
        return new HebbSide(Call, () =>
        {
            Call();
            return outputs;
        });
    }
}
