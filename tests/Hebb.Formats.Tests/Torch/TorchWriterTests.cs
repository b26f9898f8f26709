using System.Diagnostics;

namespace Hebb.Formats.Tests.Torch;

/// <summary>Files that Hebb writes for PyTorch.</summary>
public class TorchWriterTests
{
    private static TorchFile Through(Dictionary<string, Tensor> state)
    {
        using var stream = new MemoryStream();
        TorchFile.Save(stream, state);
        return TorchFile.Load(stream.ToArray(), "m.pt");
    }

    [Fact]
    public void EveryElementTypeComesBack()
    {
        DType[] types = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.Int64, DType.Int32, DType.Int16, DType.Int8, DType.UInt8, DType.Bool, DType.Complex64, DType.Complex128];
        var back = Through(types.ToDictionary(t => t.Name, t => Tensor.From([0f, 1, 1, 0]).To(t).Reshape(2, 2))).StateDict();
        Assert.Equal(types.Select(t => t.Name), back.Values.Select(t => t.DType.Name));
        Assert.All(back.Values, t => Assert.Equal([0.0, 1, 1, 0], (t.DType.IsComplex ? t.Real() : t).To(DType.Float64).ToArray<double>()));
        Assert.Equal("a PyTorch file has no uint32; cast 'x' first", Assert.Throws<DTypeException>(() => Through(new() { ["x"] = Tensor.Zeros([2], DType.UInt32) })).Message);
    }

    [Fact]
    public void SharedMemoryIsWrittenOnce()
    {
        var whole = Tensor.Arange(0, 3000, 1).To(DType.Float32);
        var state = new Dictionary<string, Tensor> { ["a"] = whole, ["b"] = whole, ["turned"] = whole.Reshape(30, 100).Transpose(0, 1), ["part"] = whole[5..8] };
        using var stream = new MemoryStream();
        TorchFile.Save(stream, state);
        Assert.InRange(stream.Length, 12000, 14000);
        var back = TorchFile.Load(stream.ToArray(), "m.pt").StateDict();
        foreach (var (name, tensor) in state)
            Assert.Equal(tensor.ToArray<float>(), back[name].ToArray<float>());
        back["a"][6] = -1;
        Assert.Equal([5f, -1, 7], back["part"].ToArray<float>());
    }

    [Fact]
    public void PartsOfSomethingLargeDoNotDragItAlong()
    {
        var whole = Tensor.Zeros([100000]);
        using var stream = new MemoryStream();
        TorchFile.Save(stream, new Dictionary<string, Tensor> { ["first"] = whole[..2], ["last"] = whole[^2..], ["column"] = whole.Reshape(1000, 100)[.., 1] });
        Assert.InRange(stream.Length, 100, 6000);
    }

    [Fact]
    public void EmptyAndScalarTensors()
    {
        var back = Through(new() { ["empty"] = Tensor.Zeros([0, 3]), ["scalar"] = Tensor.Scalar(2.5), ["no name"] = Tensor.Ones([1]) }).StateDict();
        Assert.Equal("[0, 3]", back["empty"].Shape.ToString());
        Assert.Equal(2.5, back["scalar"].Item());
        Assert.Empty(Through([]).StateDict());
    }

    [Fact]
    public void PyTorchReadsThem()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python) && Run(Python, "-c", "import torch").Status == 0, "there is no PyTorch here");
        string folder = Directory.CreateTempSubdirectory("hebb").FullName;
        try
        {
            string path = Path.Combine(folder, "m.pt");
            var whole = Tensor.Arange(0, 6, 1).To(DType.Float32);
            TorchFile.Save(path, new Dictionary<string, Tensor>
            {
                ["a.weight"] = whole.Reshape(2, 3),
                ["tied"] = whole.Reshape(2, 3).Transpose(0, 1),
                ["half"] = Tensor.From([1.5f, -2]).To(DType.BFloat16),
                ["count"] = Tensor.Scalar(7, DType.Int64),
                ["empty"] = Tensor.Zeros([0, 3]),
            });
            var (status, output) = Run(Python, "-c",
                "import sys,torch; s=torch.load(sys.argv[1]); print([(k,v.tolist(),str(v.dtype)) for k,v in s.items()], s['a.weight'].storage().data_ptr()==s['tied'].storage().data_ptr())", path);
            Assert.Equal(0, status);
            Assert.Equal("[('a.weight', [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], 'torch.float32'), ('tied', [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]], 'torch.float32'), "
                + "('half', [1.5, -2.0], 'torch.bfloat16'), ('count', 7, 'torch.int64'), ('empty', [], 'torch.float32')] True", output.Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Status, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
