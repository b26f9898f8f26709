namespace Hebb.Onnx;

/// <summary>Categories and maps of <c>ai.onnx.ml</c>.</summary>
internal static class CategoryOperators
{
    // More columns than this are no vocabulary, but a broken number.
    private const long MostColumns = 1 << 24;

    public static void Register(OperatorTable table)
    {
        void Add(string name, Func<NodeCall, OnnxValue> body) => table.Add(OperatorTable.MachineLearning, name, 1, c => [body(c)]);
        Add("Imputer", Impute);
        Add("OneHotEncoder", OneHot);
        Add("CategoryMapper", Map);
        Add("FeatureVectorizer", Join);
        Add("ZipMap", Zip);
        Add("DictVectorizer", Spread);
        Add("CastMap", CastMap);
    }

    // One value for all, or one for each feature.
    private static OnnxValue Impute(NodeCall c)
    {
        var x = c[0];
        Tensor values;
        if (x.DType.IsFloat)
        {
            float replaced = c.Float("replaced_value_float", 0);
            values = Tensor.From(c.Floats("imputed_value_floats") ?? throw new FormatException("Imputer has no imputed_value_floats")).To(x.DType);
            Fit(values, x);
            return Tensor.Where(float.IsNaN(replaced) ? x.IsNaN() : x.Equal((double)replaced), values, x);
        }
        values = Tensor.From(c.Ints("imputed_value_int64s") ?? throw new FormatException("Imputer has no imputed_value_int64s")).To(x.DType);
        Fit(values, x);
        return Tensor.Where(x.Equal(Tensor.From([c.Int("replaced_value_int64", 0)]).To(x.DType)), values, x);
    }

    private static void Fit(Tensor values, Tensor x)
    {
        if (values.Count != 1 && (x.Rank == 0 || values.Count != x.Shape[^1]))
            throw new ShapeException($"{values.Count} values do not fit features {x.Shape}");
    }

    private static OnnxValue OneHot(NodeCall c)
    {
        var value = c.Required(0);
        var shape = ReshapeOperators.SizesOf(value);
        long[] places;
        int count;
        if (value is OnnxStrings texts)
        {
            string[] names = c.Texts("cats_strings") ?? throw new FormatException("OneHotEncoder has no cats_strings");
            var at = Places(names);
            (places, count) = (Array.ConvertAll(texts.Values, t => (long)at.GetValueOrDefault(t, -1)), names.Length);
        }
        else
        {
            long[] names = c.Ints("cats_int64s") ?? throw new FormatException("OneHotEncoder has no cats_int64s");
            var at = Places(names);
            (places, count) = (Array.ConvertAll(HostValues.Longs(value.AsTensor().To(DType.Int64)), n => (long)at.GetValueOrDefault(n, -1)), names.Length);
        }
        if (!c.Flag("zeros", true) && places.Any(p => p < 0))
            throw new FormatException("a category is none of the encoder's, and zeros are not allowed");
        var hot = new float[checked(places.Length * count)];
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] >= 0)
                hot[i * count + places[i]] = 1;
        }
        int[] sizes = [.. Enumerable.Range(0, shape.Rank).Select(a => shape[a]), count];
        return Tensor.From(hot, Shape.Create(sizes));
    }

    private static OnnxValue Map(NodeCall c)
    {
        string[] names = c.Texts("cats_strings") ?? [];
        long[] numbers = c.Ints("cats_int64s") ?? [];
        if (names.Length != numbers.Length)
            throw new FormatException($"CategoryMapper has {names.Length} names for {numbers.Length} numbers");
        if (c.Required(0) is OnnxStrings texts)
        {
            long otherwise = c.Int("default_int64", -1);
            var named = Places(names);
            return Tensor.From(Array.ConvertAll(texts.Values, t => named.TryGetValue(t, out int i) ? numbers[i] : otherwise), texts.Shape);
        }
        string unknown = c.Text("default_string", "_Unused");
        var numbered = Places(numbers);
        return new OnnxStrings(Array.ConvertAll(c.Longs(0), n => numbered.TryGetValue(n, out int i) ? names[i] : unknown), c[0].Shape);
    }

    /// <summary>Where each value stands first.</summary>
    private static Dictionary<T, int> Places<T>(T[] values) where T : notnull
    {
        var places = new Dictionary<T, int>(values.Length);
        for (int i = 0; i < values.Length; i++)
            places.TryAdd(values[i], i);
        return places;
    }

    // Each input gives so many columns: those that it lacks are 0, those too many are left out.
    private static OnnxValue Join(NodeCall c)
    {
        int[] widths = HostValues.Sizes(c.Ints("inputdimensions") ?? []);
        if (widths.Length != c.Count || widths.Length == 0)
            throw new FormatException($"FeatureVectorizer has {widths.Length} widths for {c.Count} inputs");
        var parts = new Tensor[widths.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            var x = c[i].To(DType.Float32);
            x = x.Rank <= 1 ? x.Reshape(1, (int)x.Count) : x.Reshape(x.Shape[0], -1);
            int width = x.Shape[1];
            parts[i] = width >= widths[i] ? x.Narrow(1, 0, widths[i]) : Tensor.Cat([x, Tensor.Zeros([x.Shape[0], widths[i] - width])], 1);
        }
        return Tensor.Cat(parts, 1);
    }

    private static OnnxValue Zip(NodeCall c)
    {
        var labels = new ClassLabels(c, "classlabels_int64s");
        var x = c[0].Rank == 1 ? c[0].Unsqueeze(0) : c[0];
        if (x.Rank != 2 || x.Shape[1] != labels.Count)
            throw new ShapeException($"scores {x.Shape} do not fit {labels.Count} classes");
        return new OnnxSequence([.. Enumerable.Range(0, x.Shape[0]).Select(n => new OnnxMap(labels.Keys, [.. Enumerable.Range(0, labels.Count).Select(k => (OnnxValue)x.Select(0, n).Select(0, k))]))]);
    }

    private static OnnxMap MapOf(NodeCall c) => c.Required(0) as OnnxMap ?? throw new FormatException($"a map is needed, not {c.Required(0).Describe()}");

    /// <summary>The values of a map at the places of a vocabulary, [1, V]; what it lacks is 0, or empty.</summary>
    private static OnnxValue Spread(NodeCall c)
    {
        var map = MapOf(c);
        int count;
        Func<int, int> place;
        if (map.Keys is OnnxStrings keys)
        {
            string[] names = c.Texts("string_vocabulary") ?? throw new FormatException("DictVectorizer has no string_vocabulary");
            var at = Places(names);
            (count, place) = (names.Length, i => at.GetValueOrDefault(keys.Values[i], -1));
        }
        else
        {
            long[] numbers = c.Ints("int64_vocabulary") ?? throw new FormatException("DictVectorizer has no int64_vocabulary"), given = HostValues.Longs(map.Keys.AsTensor());
            var at = Places(numbers);
            (count, place) = (numbers.Length, i => at.GetValueOrDefault(given[i], -1));
        }
        return Line(map.Values, count, place);
    }

    private static OnnxValue Line(IReadOnlyList<OnnxValue> values, int count, Func<int, int> place)
    {
        if (values.Count > 0 && values[0] is OnnxStrings)
        {
            var texts = new string[count];
            Array.Fill(texts, "");
            for (int i = 0; i < values.Count; i++)
            {
                if (place(i) is var at and >= 0)
                    texts[at] = ((OnnxStrings)values[i]).Values[0];
            }
            return new OnnxStrings(texts, [1, count]);
        }
        var numbers = new double[count];
        for (int i = 0; i < values.Count; i++)
        {
            if (place(i) is var at and >= 0)
                numbers[at] = HostValues.Doubles(values[i].AsTensor())[0];
        }
        return Tensor.From(numbers, [1, count]).To(values.Count > 0 ? values[0].AsTensor().DType : DType.Float32);
    }

    /// <summary>The values of a map with whole keys, [1, n]: in the order of the keys, or (sparse) each at its key.</summary>
    private static OnnxValue CastMap(NodeCall c)
    {
        var map = MapOf(c);
        long[] keys = HostValues.Longs(map.Keys.AsTensor());
        int[] order = [.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i])];
        int count;
        Func<int, int> place;
        if (c.Text("map_form", "DENSE") == "SPARSE")
        {
            long most = c.Int("max_map", 1);
            if (most < 1 || most > MostColumns || keys.Any(k => k < 0))
                throw new FormatException($"a sparse map of {most} columns does not fit its keys");
            (count, place) = ((int)most, i => keys[i] < most ? (int)keys[i] : -1);
        }
        else
        {
            var at = Places(order);
            (count, place) = (keys.Length, i => at[i]);
        }
        var line = Line(map.Values, count, place);
        return c.Text("cast_to", "TO_FLOAT") switch
        {
            "TO_FLOAT" => Numbers(line).To(DType.Float32),
            "TO_INT64" => Numbers(line).To(DType.Int64),
            "TO_STRING" => line is OnnxStrings ? line : new OnnxStrings(Array.ConvertAll(HostValues.Floats(line.AsTensor()), v => NumberText.Of(v, v.ToString("R", System.Globalization.CultureInfo.InvariantCulture))), [1, count]),
            var other => throw new FormatException($"CastMap cannot cast to '{other}'"),
        };
    }

    private static Tensor Numbers(OnnxValue line) => line is not OnnxStrings texts ? line.AsTensor()
        : Tensor.From(Array.ConvertAll(texts.Values, t => t.Length == 0 ? 0 : double.TryParse(t, System.Globalization.CultureInfo.InvariantCulture, out double v) ? v : throw new FormatException($"'{t}' is no number")), texts.Shape);
}
