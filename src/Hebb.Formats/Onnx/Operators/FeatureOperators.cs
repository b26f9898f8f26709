namespace Hebb.Onnx;

/// <summary>Features of classical models: picked, cut at a threshold, named.</summary>
internal static class FeatureOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.MachineLearning, "ArrayFeatureExtractor", 1, c => [SmallTypes.Move(c.Required(0), x => Extract(x, c[1]))]);
        table.Add(OperatorTable.MachineLearning, "Binarizer", 1, c => [(SmallTypes.Widen(c[0]).To(DType.Float64) > (double)c.Float("threshold", 0)).To(c[0].DType)]);
        table.Add(OperatorTable.MachineLearning, "LabelEncoder", 1, c => [Named(c)]);
        table.Add(OperatorTable.MachineLearning, "LabelEncoder", 2, c => [Encode(c)]);
        table.Add(OperatorTable.MachineLearning, "Scaler", 1, c => [Scale(c)]);
        table.Add(OperatorTable.MachineLearning, "Normalizer", 1, c => [Normalize(c)]);
    }

    private static Tensor Extract(Tensor x, Tensor columns) => (x.Rank == 1 ? x.Unsqueeze(0) : x).IndexSelect(-1, columns.Flatten().To(DType.Int64));

    // The first version: a list of names stands for 0, 1, 2 …, in both directions.
    private static OnnxValue Named(NodeCall c)
    {
        string[] names = c.Texts("classes_strings") ?? [];
        if (c.Value(0) is OnnxStrings texts)
        {
            long otherwise = c.Int("default_int64", -1);
            return Tensor.From(Array.ConvertAll(texts.Values, t => Array.IndexOf(names, t) is var i and >= 0 ? i : otherwise), texts.Shape);
        }
        string unknown = c.Text("default_string", "_Unused");
        return new OnnxStrings(Array.ConvertAll(c.Longs(0), i => i >= 0 && i < names.Length ? names[i] : unknown), c[0].Shape);
    }

    private static OnnxValue Encode(NodeCall c)
    {
        OnnxValue keys = List(c, "keys") ?? throw new FormatException("LabelEncoder has no keys");
        OnnxValue values = List(c, "values") ?? throw new FormatException("LabelEncoder has no values");
        var x = c.Required(0);
        var table = new Dictionary<string, long>();
        string[] names = Names(keys);
        for (int i = 0; i < names.Length; i++)
            table.TryAdd(names[i], i);
        string[] asked = Names(x);
        var shape = ReshapeOperators.SizesOf(x);
        long count = ReshapeOperators.SizesOf(values).Count;
        // What has no key takes the place after all values, where the default stands.
        var places = Tensor.From(Array.ConvertAll(asked, name => table.TryGetValue(name, out long i) ? i : count), shape);
        if (values is OnnxStrings texts)
            return new OnnxStrings([.. texts.Values, Default(c) is OnnxStrings { Values: [var given] } ? given : c.Text("default_string", "_Unused")]).At(places);
        var numbers = values.AsTensor().Flatten();
        Tensor otherwise = Default(c) is OnnxTensor { Tensor: var tensor } ? tensor.Reshape(1).To(numbers.DType)
            : Tensor.From([numbers.DType.IsFloat ? c.Float("default_float", -0f) : (double)c.Int("default_int64", -1)]).To(numbers.DType);
        return Tensor.Cat([numbers, otherwise]).Take(places);
    }

    private static OnnxValue? Default(NodeCall c) => c.Given("default_tensor");

    private static OnnxValue? List(NodeCall c, string name) => c.Given(name + "_tensor")
        ?? (c.Texts(name + "_strings") is { } texts ? new OnnxStrings(texts) : c.Ints(name + "_int64s") is { } whole ? Tensor.From(whole) : c.Floats(name + "_floats") is { } real ? (OnnxValue)Tensor.From(real) : null);

    // Equal values get equal names, every NaN the same.
    private static string[] Names(OnnxValue value)
    {
        if (value is OnnxStrings strings)
            return strings.Values;
        var x = value.AsTensor();
        return x.DType.IsFloat
            ? Array.ConvertAll(HostValues.Doubles(x), v => (v == 0 ? 0 : v).ToString("R", System.Globalization.CultureInfo.InvariantCulture))
            : Array.ConvertAll(HostValues.Longs(x), v => v.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Tensor Scale(NodeCall c)
    {
        var x = c[0].To(DType.Float32);
        if (c.Floats("offset") is { } offset)
            x -= Tensor.From(offset);
        return c.Floats("scale") is { } scale ? x * Tensor.From(scale) : x;
    }

    private static Tensor Normalize(NodeCall c)
    {
        var x = c[0].To(DType.Float32);
        var norm = c.Text("norm", "MAX") switch
        {
            "MAX" => x.Abs().Amax(-1, keepDim: true),
            "L1" => x.Abs().Sum(-1, keepDim: true),
            "L2" => x.Square().Sum(-1, keepDim: true).Sqrt(),
            var other => throw new FormatException($"there is no norm '{other}'"),
        };
        return Tensor.Where(norm.Equal(0), x, x / norm);
    }
}
