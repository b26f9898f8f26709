using Google.Protobuf;
using Hebb.Onnx.Proto;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Files that lie about what they hold, or reach for what is not theirs.</summary>
public class SafetyTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1";

    private static string Error(byte[] bytes, string? folder = null)
    {
        var error = Assert.Throws<FormatException>(() => OnnxModel.Load(bytes, folder));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static byte[] WithTensor(TensorProto tensor) => Model(Graph(["x"], ["y"], Node("Add", ["x", "w"], ["y"])).With(tensor));

    [Fact]
    public void TensorsMustHoldWhatTheirShapesSay()
    {
        Assert.Contains("tensor 'w' of shape [1000000, 1000] holds 1 numbers, not 1000000000", Error(WithTensor(Floats("w", [1_000_000, 1000], 1))));
        Assert.Contains("impossible sizes", Error(WithTensor(Floats("w", [long.MaxValue, 4], 1))));
        Assert.Contains("impossible sizes", Error(WithTensor(Floats("w", [-1], 1))));
        var raw = Floats("w", [3]);
        raw.RawData = ByteString.CopyFrom(1, 2, 3);
        Assert.Contains("holds 3 bytes, not 12", Error(WithTensor(raw)));
        Assert.Contains("there is no element type 99", Error(WithTensor(new TensorProto { Name = "w", DataType = 99 })));
    }

    [Fact]
    public void NamesMustResolve()
    {
        Assert.Contains("no node gives its input 'q'", Error(Model(Graph(["x"], ["y"], Node("Neg", ["q"], ["y"])))));
        Assert.Contains("the value 'y' is made twice", Error(Model(Graph(["x"], ["y"], Node("Neg", ["x"], ["y"]), Node("Abs", ["x"], ["y"])))));
        Assert.Contains("no node gives the output 'z'", Error(Model(Graph(["x"], ["z"], Node("Neg", ["x"], ["y"])))));
        Assert.Contains("the operator Nonesuch is not known", Error(Model(Graph(["x"], ["y"], Node("Nonesuch", ["x"], ["y"])))));
        Assert.Contains("imports no operator set 'other'", Error(Model(Graph(["x"], ["y"], Node("Neg", ["x"], ["y"]).In("other")))));
    }

    [Fact]
    public void BytesThatAreNoModel()
    {
        Assert.Contains("not an ONNX file", Error([1, 2, 3, 4]));
        Assert.Contains("the model has no graph", Error([]));
        byte[] whole = Model(Graph(["x"], ["y"], Node("Neg", ["x"], ["y"])));
        Assert.NotEmpty(Error(whole[..^3]));
    }

    [Fact]
    public void EmptyMessagesAreCountedBeforeTheyAreMade()
    {
        // A graph of two million nodes of two bytes each, then as many fields that are not known.
        var nodes = new byte[4_000_000];
        for (int i = 0; i < nodes.Length; i += 2)
            nodes[i] = 0x0A;
        byte[] Whole(byte[] part) => [0x08, 0x08, 0x3A, .. Varint(part.Length), .. part];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more messages than", Error(Whole(nodes)), StringComparison.Ordinal);
        for (int i = 0; i < nodes.Length; i += 2)
            (nodes[i], nodes[i + 1]) = (0x32, 0x00);
        Assert.Empty(OnnxModel.Load(Whole(nodes)).Operators);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
    }

    [Fact]
    public void NumbersThatNoShapeAsksForAreCountedBeforeTheyAreMade()
    {
        // An initializer of four million numbers of one byte each.
        const int Count = 4_000_000;
        var numbers = new byte[Count];
        byte[] Whole(int size)
        {
            byte[] tensor = [0x08, .. Varint(size), 0x10, 0x07, 0x3A, .. Varint(Count), .. numbers, 0x42, 0x01, (byte)'w'];
            byte[] graph = [0x2A, .. Varint(tensor.Length), .. tensor];
            return [0x08, 0x08, 0x3A, .. Varint(graph.Length), .. graph];
        }
        byte[] lying = Whole(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more numbers than its shapes ask for", Error(lying), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L << 20);
        Assert.Empty(OnnxModel.Load(Whole(Count)).Operators);
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    [Fact]
    public void GraphsCannotBeNestedWithoutEnd()
    {
        var graph = Graph([], ["y"], Node("Constant", [], ["y"], ("value_float", 1f)));
        for (int i = 0; i < 100; i++)
            graph = Graph([], ["y"], Node("If", ["c"], ["y"], ("then_branch", graph), ("else_branch", Graph([], ["e"], Node("Constant", [], ["e"], ("value_float", 1f))))));
        graph.Input.Add(Port("c"));
        Assert.NotEmpty(Error(Model(graph)));
    }

    [Fact]
    public void FunctionsCannotCallThemselves()
    {
        var function = new FunctionProto { Name = "F", Domain = "mine" };
        function.Input.Add("a");
        function.Output.Add("b");
        function.Node.Add(Node("F", ["a"], ["b"]).In("mine"));
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"], Node("F", ["x"], ["y"]).In("mine")), more: m =>
        {
            m.Functions.Add(function);
            m.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        }));
        Assert.Contains("call each other without end", Assert.Throws<FormatException>(() => model.Call(Tensor.Scalar(1))).Message);
    }

    [Fact]
    public void ExternalDataAreReadFromTheModelsFolder()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllBytes(Path.Combine(folder, "w.bin"), [0, 0, 0, 0, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        var model = OnnxModel.Load(WithTensor(External("w.bin", 4)), folder);
        Assert.Equal([2.5f, -1f], model.Call(Tensor.From([1f, 1f])).ToArray<float>());
        Assert.Contains("ends before its 8 bytes at 8 do", Error(WithTensor(External("w.bin", 8)), folder));
        Assert.Contains("there is no file 'v.bin' beside the model", Error(WithTensor(External("v.bin", 0)), folder));
        Assert.Contains("there is no folder to look in", Error(WithTensor(External("w.bin", 0))));
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("a/../../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void ExternalDataOutsideTheFolderAreRefused(string location)
    {
        string outer = Directory.CreateTempSubdirectory().FullName, folder = Path.Combine(outer, "model");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(outer, "secret.bin"), new byte[64]);
        Assert.Contains("is no file in the model's folder", Error(WithTensor(External(location, 0)), folder));
    }

    [Fact]
    public void LinksAreNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights that tests have not");
        string outer = Directory.CreateTempSubdirectory().FullName, folder = Path.Combine(outer, "model");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(outer, "secret.bin"), new byte[64]);
        File.CreateSymbolicLink(Path.Combine(folder, "w.bin"), Path.Combine(outer, "secret.bin"));
        Assert.Contains("is a link, which is not followed", Error(WithTensor(External("w.bin", 0)), folder));
    }

    private static TensorProto External(string location, int offset)
    {
        var tensor = Floats("w", [2]);
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
        return tensor;
    }

    [Fact]
    public void MutatedFilesGiveModelsOrClearErrors()
    {
        var body = Graph(["i", "go", "s"], ["go2", "s2"], Node("Mul", ["s", "w"], ["s2"]), Node("Identity", ["go"], ["go2"]));
        byte[] whole = Model(Graph(["x"], ["y", "z"],
            Node("Loop", ["most", "", "x"], ["l"], ("body", body)), Node("Conv", ["l", "k"], ["y"], ("pads", new long[] { 1, 1 })), Node("Transpose", ["y"], ["z"], ("perm", new long[] { 2, 1, 0 })))
            .With(Longs("most", [], 2), Floats("w", [], 2), Floats("k", [1, 1, 3], 1, 2, 3)));
        var x = Tensor.From([1f, 2, 3], [1, 1, 3]);
        var random = new Random(6);
        for (int round = 0; round < (Long ? 20_000 : 400); round++)
        {
            byte[] bytes = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            Try(bytes, x, round);
        }
    }

    private static void Try(byte[] bytes, Tensor x, int round)
    {
        try
        {
            var model = OnnxModel.Load(bytes);
            // A mutated count of steps would run for long, which is what the model then asks for.
            if (model.Inputs.Count == 1 && model.NamedBuffers().All(b => b.Buffer.DType != DType.Int64 || b.Buffer.Count != 1 || b.Buffer.Item() < 100) && model.NamedBuffers().Count == 1)
                model.CallAll(x);
        }
        catch (HebbException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"round {round}: {e.GetType().Name}: {e.Message}", e);
        }
    }

    [Fact]
    public void WhatCannotRunIsLookedIntoAllTheSame()
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] file = ModelMaker.Model(ModelMaker.Graph(["x"], ["y"], ModelMaker.Node("Unheard", ["x", "w"], ["h"]), ModelMaker.Node("Relu", ["h"], ["y"])).With(ModelMaker.Floats("w", [2, 3], 1, 2, 3, 4, 5, 6)));
            File.WriteAllBytes(path, file);
            Assert.Throws<FormatException>(() => OnnxModel.Load(path));
            var report = FileReport.Of(path);
            Assert.Contains("Unheard is not known", report.Metadata["can't be run"]);
            Assert.Equal([("Relu", 1), ("Unheard", 1)], report.Operators);
            Assert.Equal([new WeightEntry("w", [2, 3], "float32", 24)], report.Tensors);
            Assert.Equal("x", Assert.Single(report.Inputs).Name);
            Assert.Equal("y", Assert.Single(report.Outputs).Name);
            File.WriteAllBytes(path, file[..^9]);
            Assert.Throws<FormatException>(() => FileReport.Of(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
