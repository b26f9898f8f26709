namespace Hebb.Onnx;

/// <summary>Values from attributes and shapes.</summary>
internal static class ConstantOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Constant", 1, Constant);
        table.AddAll("ConstantOfShape", 9, ConstantOfShape);
        table.Add("Range", 11, Range);
        AddWindow(table, "HannWindow", Windows.Hann);
        AddWindow(table, "HammingWindow", Hamming);
        AddWindow(table, "BlackmanWindow", Windows.Blackman);
    }

    private static OnnxValue?[] Constant(NodeCall c)
    {
        if (c.HasAttribute("value"))
            return [c.Given("value")];
        if (c.HasAttribute("sparse_value"))
            return [c.Given("sparse_value")];
        if (c.HasAttribute("value_float"))
            return [Tensor.From([c.Float("value_float", 0)], Shape.Create([]))];
        if (c.HasAttribute("value_int"))
            return [HostValues.OfLong(c.Int("value_int"))];
        if (c.HasAttribute("value_string"))
            return [new OnnxStrings([c.Text("value_string")], Shape.Create([]))];
        if (c.Floats("value_floats") is { } floats)
            return [Tensor.From(floats)];
        if (c.Ints("value_ints") is { } ints)
            return [Tensor.From(ints)];
        return c.Texts("value_strings") is { } texts ? [new OnnxStrings(texts)] : throw new FormatException("Constant has no value");
    }

    private static OnnxValue?[] ConstantOfShape(NodeCall c)
    {
        var shape = Shape.Create(HostValues.Sizes(c.Longs(0)));
        if (c.Given("value") is not { } given)
            return [Tensor.Zeros(shape)];
        if (given is OnnxStrings texts)
            return [new OnnxStrings([.. Enumerable.Repeat(texts.Values[0], checked((int)shape.Count))], shape)];
        // Expanded rather than filled: it keeps every bit of the value, of whatever type.
        return [SmallTypes.Move(given.AsTensor(), x => x.Reshape(Shape.Create([])).Expand(shape).Contiguous())];
    }

    private static Tensor Range(NodeCall c)
    {
        var type = c[0].DType;
        if (type.IsInteger)
        {
            long start = c.Long(0), limit = c.Long(1), delta = c.Long(2);
            if (delta == 0)
                throw new ShapeException("a range has steps of 0");
            return (delta > 0 ? start >= limit : start <= limit) ? Tensor.Zeros([0], type) : Tensor.Arange(start, limit, delta).To(type);
        }
        double from = c.Number(0), to = c.Number(1), step = c.Number(2), count = Math.Max(Math.Ceiling((to - from) / step), 0);
        if (!(count <= int.MaxValue))
            throw new ShapeException($"steps of {step} do not lead from {from} to {to}");
        return (Tensor.Arange((long)count).To(DType.Float64) * step + from).To(type);
    }

    private static void AddWindow(OperatorTable table, string name, Func<int, bool, DType, Tensor> window) => table.Add(name, 17, c =>
        window(HostValues.Sizes([c.Long(0)])[0], c.Flag("periodic", true), DType.Float64).To(c.DType("output_datatype", DType.Float32)));

    // The standard gives 25/46 and 21/46 rather than their usual roundings.
    private static Tensor Hamming(int n, bool periodic, DType type)
    {
        const double Mean = 25.0 / 46;
        double period = periodic ? n : n - 1;
        return Tensor.From([.. Enumerable.Range(0, n).Select(i => Mean - (1 - Mean) * Math.Cos(2 * Math.PI * i / Math.Max(period, 1)))]).To(type);
    }
}
