namespace Hebb.Core.Tests.Modules;

/// <summary>y = x W + b, small enough to compute by hand.</summary>
internal sealed partial class Affine : Module
{
    public Affine(int inputs, int outputs)
    {
        Weight = new Parameter(Tensor.Arange(inputs * outputs).To(DType.Float32).Reshape(inputs, outputs));
        Bias = new Parameter(Tensor.Zeros([outputs]));
    }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    [Buffer]
    public Tensor CallCount { get; private set; } = Tensor.Zeros([], DType.Int64);

    [Buffer(Persistent = false)]
    public Tensor Scratch { get; private set; } = Tensor.Zeros([2]);

    protected override Tensor Forward(Tensor x) => x.MatMul(Weight) + Bias;
}

/// <summary>Two affine layers, a list and a dictionary of more, the head shared with one of them.</summary>
internal sealed partial class Net : Module
{
    public Net()
    {
        Extra = new() { ["tail"] = Head };
    }

    public List<Affine> InLayers { get; } = [new(2, 3), new(3, 3)];

    public Affine Head { get; } = new(3, 1);

    public Dictionary<string, Module> Extra { get; }

    protected override Tensor Forward(Tensor x) => Head.Call(InLayers[1].Call(InLayers[0].Call(x)));
}
