using System.Text;
using System.Text.Json.Nodes;
using static Hebb.Formats.Tests.Package.SavedModels;

namespace Hebb.Formats.Tests.Package;

/// <summary>Any bytes give a model or a FormatException, whatever was done to them; and what loads, computes or refuses with an error of Hebb.</summary>
public class FuzzTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1";

    private static void LoadsOrRefuses(byte[] bytes, string what, Tensor[]? inputs = null)
    {
        LoadedModel model;
        try
        {
            model = Load(bytes);
        }
        catch (FormatException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.GetType().Name}", e);
        }
        if (inputs is null)
            return;
        try
        {
            using var scope = TensorScope.Open();
            model.CallAll(inputs);
        }
        catch (HebbException)
        {
            // Shapes that only other batch sizes show to be wrong.
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}, called: {e.GetType().Name}", e);
        }
    }

    [Theory, InlineData("mlp"), InlineData("attention"), InlineData("buffers")]
    public void CutShort(string name)
    {
        var (model, inputs) = Make(name);
        byte[] bytes = Bytes(model, inputs(2));
        for (int length = 0; length < bytes.Length; length += length < 100 || length > bytes.Length - 100 ? 1 : Long ? 7 : 61)
            LoadsOrRefuses(bytes[..length], $"{name} cut to {length} bytes");
    }

    [Theory, InlineData("mlp"), InlineData("cnn"), InlineData("buffers")]
    public void BytesFlipped(string name)
    {
        var (model, inputs) = Make(name);
        byte[] bytes = Bytes(model, inputs(2));
        var random = new Random(5);
        for (int i = 0; i < (Long ? 20000 : 1500); i++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            // The end of a zip says where all else is.
            int flips = random.Next(1, 5), from = random.Next(3) == 0 ? Math.Max(0, damaged.Length - 900) : 0;
            for (int f = 0; f < flips; f++)
                damaged[random.Next(from, damaged.Length)] = (byte)random.Next(256);
            LoadsOrRefuses(damaged, $"{name}, {i}", inputs(2));
        }
    }

    /// <summary>Files whose hashes fit, but whose JSON was changed: numbers, texts, lists, anywhere.</summary>
    [Theory, InlineData("mlp"), InlineData("cnn"), InlineData("attention"), InlineData("recurrent"), InlineData("embedding"), InlineData("two inputs"), InlineData("buffers")]
    public void JsonChanged(string name)
    {
        var (model, inputs) = Make(name);
        var entries = Archive.Read(Bytes(model, inputs(2)));
        var random = new Random(7);
        for (int i = 0; i < (Long ? 20000 : 600); i++)
        {
            string file = random.Next(8) == 0 ? "schema.json" : random.Next(8) == 0 ? "manifest.json" : "graph.json";
            var root = JsonNode.Parse(entries.Find(e => e.Name == file).Bytes)!;
            var places = new List<(JsonNode Parent, object Key)>();
            Places(root, places);
            string what = "";
            for (int c = random.Next(1, 3); c > 0; c--)
            {
                var (parent, key) = places[random.Next(places.Count)];
                what += Change(parent, key, random);
            }
            byte[] changed = Encoding.UTF8.GetBytes(root.ToJsonString());
            LoadsOrRefuses(Archive.Make(Archive.Signed(entries, file, changed)), $"{name}, {i}, {file}: {what}", inputs(2));
        }
    }

    [Fact]
    public void WeightsChanged()
    {
        var (model, inputs) = Make("mlp");
        var entries = Archive.Read(Bytes(model, inputs(2)));
        byte[] weights = entries.Find(e => e.Name == "weights.safetensors").Bytes;
        var random = new Random(9);
        for (int i = 0; i < (Long ? 20000 : 1000); i++)
        {
            byte[] damaged = random.Next(4) == 0 ? weights[..random.Next(weights.Length)] : (byte[])weights.Clone();
            for (int f = 0; f < 3 && damaged.Length > 0; f++)
                damaged[random.Next(Math.Min(damaged.Length, 400))] = (byte)random.Next(32, 127);
            LoadsOrRefuses(Archive.Make(Archive.Signed(entries, "weights.safetensors", damaged)), $"weights {i}", inputs(2));
        }
    }

    [Fact]
    public void SmallFilesAskForLittleMemory()
    {
        // Sizes that would take terabytes, in every place where a file can name one.
        var (model, inputs) = Make("recurrent");
        byte[] bytes = Bytes(model, inputs(2));
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (string huge in (string[])["2147483647", "1000000000", "\"1000000000*batch\"", "\"2147483647*batch+2147483647\""])
        {
            foreach (string size in (string[])["\"batch\"", "        4\n", "        8\n"])
                LoadsOrRefuses(Archive.Edit(bytes, "graph.json", t => t.Replace(size, size.Replace(size.Trim(), huge, StringComparison.Ordinal), StringComparison.Ordinal)), $"{size} as {huge}");
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void ManyRepeatedConstantsAreTooMuch()
    {
        var (model, inputs) = Make("recurrent");
        string leaf = "{ \"scalar\": 0, \"dtype\": \"float32\", \"shape\": [1000000, 4] }";
        byte[] bytes = Archive.Edit(Bytes(model, inputs(2)), "graph.json", t => t.Replace("\"leaves\": [", $"\"leaves\": [{string.Concat(Enumerable.Repeat(leaf + ", ", 1000))}", StringComparison.Ordinal));

        Assert.Equal("m.hebb: graph.json.leaves[4]: a constant of [1000000, 4] is too large", Assert.Throws<FormatException>(() => Load(bytes)).Message);
    }

    private static void Places(JsonNode node, List<(JsonNode, object)> places)
    {
        if (node is JsonObject o)
        {
            foreach (var (key, value) in o.ToArray())
            {
                places.Add((o, key));
                if (value is not null)
                    Places(value, places);
            }
        }
        else if (node is JsonArray a)
        {
            for (int i = 0; i < a.Count; i++)
            {
                places.Add((a, i));
                if (a[i] is { } value)
                    Places(value, places);
            }
        }
    }

    private static string Change(JsonNode parent, object key, Random random)
    {
        if (parent is JsonObject gone && !gone.ContainsKey((string)key) || parent is JsonArray { } list && (int)key >= list.Count)
            return "";
        var old = parent is JsonObject o ? o[(string)key] : parent[(int)key];
        if (random.Next(6) == 0)
        {
            if (parent is JsonObject from)
                from.Remove((string)key);
            else
                ((JsonArray)parent).RemoveAt((int)key);
            return $"{parent.GetPath()}.{key} removed ";
        }
        JsonNode? replacement = (random.Next(old is JsonValue && old.GetValueKind() == System.Text.Json.JsonValueKind.Number ? 6 : 14)) switch
        {
            0 => random.Next(-3, 12),
            1 => random.Next(-3, 3),
            2 => new[] { int.MaxValue, int.MinValue, 65536, -65536, 1000 }[random.Next(5)],
            3 => old is JsonValue && old.GetValueKind() == System.Text.Json.JsonValueKind.Number ? double.Parse(old.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) + random.Next(-2, 3) : 3,
            4 => new[] { "batch", "2*batch", "batch-7", "-1*batch+3", "3*batch+1" }[random.Next(5)],
            5 => random.NextDouble() * 1e18,
            6 => "relu",
            7 => new[] { "softmax", "slice", "matmul", "split", "cat", "index", "conv", "pool", "unfold", "reshape" }[random.Next(10)],
            8 => null,
            9 => true,
            10 => new JsonArray(1, 2, 3),
            11 => new JsonObject { ["a"] = 1 },
            12 => new[] { "float64", "int64", "bool", "complex64", "int4" }[random.Next(5)],
            _ => "inf",
        };
        string path = $"{parent.GetPath()}.{key} = {replacement?.ToJsonString()} ";
        if (parent is JsonObject target)
            target[(string)key] = replacement;
        else
            parent[(int)key] = replacement;
        return path;
    }
}
