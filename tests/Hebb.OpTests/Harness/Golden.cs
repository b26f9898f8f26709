using System.Text.Json;

namespace Hebb.OpTests;

/// <summary>
/// Values computed by another framework, stored under Goldens/NAME.json by the script beside it:
/// <c>{"cases": [{"name": …, "inputs": [T…], "outputs": [T…]}]}</c> with T = <c>{"dtype": "float32", "shape": […], "data": […]}</c>.
/// </summary>
public static class Golden
{
    /// <summary>Runs <paramref name="run"/> on the stored float32 inputs of a case and compares with the stored outputs, to 1e-5 unless told.</summary>
    public static void Verify(string file, string name, Func<Tensor[], Tensor[]> run, double tolerance = 1e-5)
    {
        var (inputs, outputs) = Load(file, name);
        var actual = run(inputs);
        Assert.Equal(outputs.Length, actual.Length);
        for (int i = 0; i < outputs.Length; i++)
            Check.Close(outputs[i], actual[i], tolerance, $"{file}/{name}, output {i}");
    }

    /// <summary>Like <see cref="Verify"/>, and the element types must be those of the stored outputs too.</summary>
    public static void VerifyTypes(string file, string name, Func<Tensor[], Tensor[]> run, double tolerance = 1e-5) => Verify(file, name, x =>
    {
        var actual = run(x);
        var expected = Load(file, name).Outputs;
        Assert.Equal(expected.Select(t => t.DType), actual.Select(t => t.DType));
        return actual;
    }, tolerance);

    /// <summary>A function's value and the gradients of its float inputs, when gradients from 0.5 to 1.5 come for the elements of its value.</summary>
    public static Tensor[] WithGradients(Tensor[] inputs, Func<Tensor, Tensor> function) => WithGradients(inputs, (Tensor[] xs) => function(xs[0]));

    /// <inheritdoc cref="WithGradients(Tensor[], Func{Tensor, Tensor})"/>
    public static Tensor[] WithGradients(Tensor[] inputs, Func<Tensor[], Tensor> function)
    {
        var leaves = Array.ConvertAll(inputs, x => x.DType.IsFloat ? x.Detach().RequireGrad() : x);
        var y = function(leaves);
        y.Backward(Tensor.Linspace(0.5, 1.5, (int)y.Count).Reshape(y.Shape));
        return [y, .. leaves.Where(x => x.DType.IsFloat).Select(x => x.Grad ?? Tensor.ZerosLike(x))];
    }

    /// <summary>The names of all cases in a file.</summary>
    public static IEnumerable<string> Names(string file)
    {
        using var json = Open(file);
        return json.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToArray();
    }

    public static (Tensor[] Inputs, Tensor[] Outputs) Load(string file, string name)
    {
        using var json = Open(file);
        foreach (var element in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (element.GetProperty("name").GetString() == name)
                return (Tensors(element.GetProperty("inputs")), Tensors(element.GetProperty("outputs")));
        }
        throw new InvalidOperationException($"Goldens/{file}.json has no case '{name}'");
    }

    private static JsonDocument Open(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", file + ".json")));

    private static Tensor[] Tensors(JsonElement list) => list.EnumerateArray().Select(One).ToArray();

    private static Tensor One(JsonElement element)
    {
        if (!DTypes.TryParse(element.GetProperty("dtype").GetString()!, out var dtype))
            throw new InvalidOperationException("unknown element type in a golden file");
        int[] shape = element.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()).ToArray();
        if (dtype.IsInteger)
            return Tensor.From(element.GetProperty("data").EnumerateArray().Select(e => e.GetInt64()).ToArray(), shape).To(dtype);
        double[] data = element.GetProperty("data").EnumerateArray().Select(Number).ToArray();
        return Tensor.From(data, shape).To(dtype);
    }

    private static double Number(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => e.GetString() switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, _ => double.NegativeInfinity },
        _ => e.GetDouble(),
    };
}
