namespace Hebb.Onnx;

/// <summary>Random numbers, and dropout. The same seed gives the same numbers; without one they come from the default stream.</summary>
internal static class RandomOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("RandomNormal", 1, c => Normal(c, Sizes(c), c.DType("dtype", DType.Float32)));
        table.Add("RandomNormalLike", 1, c => Normal(c, c[0].Shape, c.DType("dtype", c[0].DType)));
        table.Add("RandomUniform", 1, c => Uniform(c, Sizes(c), c.DType("dtype", DType.Float32)));
        table.Add("RandomUniformLike", 1, c => Uniform(c, c[0].Shape, c.DType("dtype", c[0].DType)));
        table.Add("Bernoulli", 15, c => Tensor.Bernoulli(Wide(c[0]), key: Key(c)).To(c.DType("dtype", c[0].DType)));
        table.Add("Multinomial", 7, Multinomial);
        table.AddAll("Dropout", 1, c => Dropout(c, c.Float("ratio", 0.5f), training: !c.Flag("is_test")));
        table.AddAll("Dropout", 7, c => Dropout(c, c.Float("ratio", 0.5f), training: false));
        table.AddAll("Dropout", 12, c => Dropout(c, c.Has(1) ? c.Number(1) : 0.5, training: c.Has(2) && HostValues.Bool(c[2])));
    }

    // A float, but for dropout, where it is an integer.
    private static Tensor? Key(NodeCall c) => !c.HasAttribute("seed") ? null
        : RandomKey.FromSeed(c.Node.OpType == "Dropout" ? (ulong)c.Int("seed") : BitConverter.SingleToUInt32Bits(c.Float("seed", 0)));

    private static Shape Sizes(NodeCall c) => Shape.Create(HostValues.Sizes(c.Ints("shape") ?? []));

    private static Tensor Wide(Tensor x) => x.DType.IsHalf ? x.To(DType.Float32) : x;

    private static Tensor Normal(NodeCall c, Shape shape, DType type) => Tensor.Normal(c.Float("mean", 0), c.Float("scale", 1), shape, Drawn(type), key: Key(c)).To(type);

    private static Tensor Uniform(NodeCall c, Shape shape, DType type) => Tensor.Uniform(c.Float("low", 0), c.Float("high", 1), shape, Drawn(type), key: Key(c)).To(type);

    private static DType Drawn(DType type) => type == DType.Float64 ? DType.Float64 : DType.Float32;

    private static Tensor Multinomial(NodeCall c) =>
        Tensor.Multinomial(Wide(c[0]).Softmax(-1), HostValues.Sizes([c.Int("sample_size", 1)])[0], replacement: true, key: Key(c)).To(c.DType("dtype", DType.Int32));

    private static OnnxValue?[] Dropout(NodeCall c, double ratio, bool training)
    {
        var x = c[0];
        // The mask was of the input's type before version 10.
        var type = c.Version < 10 ? x.DType : DType.Bool;
        if (!training || ratio == 0)
            return [x, c.Wants(1) ? Tensor.Ones(x.Shape, type) : null];
        var kept = Tensor.Bernoulli(1 - ratio, x.Shape, key: Key(c)).To(DType.Bool);
        var y = ratio >= 1 ? Tensor.ZerosLike(x) : Tensor.Where(kept, x * (1 / (1 - ratio)), 0.0);
        return [y, kept.To(type)];
    }
}
