using System.IO.Compression;
using System.Text;
using Hebb.Data;
using Hebb.Formats.Tests.Gguf;
using Hebb.Formats.Tests.Onnx;
using Hebb.Formats.Tests.Package;
using Hebb.Formats.Tests.Tflite;
using Hebb.Formats.Tests.Torch;
using Hebb.Formats.Tests.Weights;
using Hebb.Onnx;
using Hebb.Onnx.Proto;

namespace Hebb.Formats.Tests;

/// <summary>Damaged files of every format that Hebb reads give a result or one clear line, quickly and with little memory.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A picture of 17 by 11 as Pillow writes it, in one pass with whole colours, and in several with halved ones.
    private static readonly string[] s_jpeg =
    [
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAALABEDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAwQF/8QAGxAAAgIDAQAAAAAAAAAAAAAAAAIDUQQSYRT/xAAZAQACAwEAAAAAAAAAAAAAAAADBAECBQb/xAAZEQADAQEBAAAAAAAAAAAAAAAAAQMREhP/2gAMAwEAAhEDEQA/AMqLE4A70idSyLD4V3TQnYbx8Iwa9hIVWgKZy02y6FFoKh+bY+i0XGdZ/9k=",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wgARCAALABEDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAwQA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAQME/9oADAMBAAIQAxAAAAGRleJNrc6f/8QAGBAAAwEBAAAAAAAAAAAAAAAAAAECEBL/2gAIAQEAAQUCUig4ELP/xAAXEQADAQAAAAAAAAAAAAAAAAAAAQMT/9oACAEDAQE/AZ0Zoz//xAAVEQEBAAAAAAAAAAAAAAAAAAAREP/aAAgBAgEBPwFZ/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwJf/8QAFxABAQEBAAAAAAAAAAAAAAAAAQAQEf/aAAgBAQABPyHUEiXC/9oADAMBAAIAAwAAABD/AC//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/ECX/xAAWEQEBAQAAAAAAAAAAAAAAAAAAARH/2gAIAQIBAT8QlmP/xAAXEAEBAQEAAAAAAAAAAAAAAAAAYVFx/9oACAEBAAE/EJpOGBiSf//Z",
    ];

    // Pictures of OpenJPEG: of a few samples, and gray.
    private static readonly string[] s_jpeg2000 =
    [
        "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAAwAAAAIAAwcHAAAAAAAPY29scgEAAAAAABAAAADCanAyY/9P/1EALwAAAAAAAgAAAAMAAAAAAAAAAAAAAAIAAAADAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAEEBAAB/1wAB0BASEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAARwAB/5PPtBAIVf9/z7QMCL9bz7QMAmrvwDoMA6DAPhBABAEHwPkBQHwgwHyAQArnCQTAfCFAEMAdBAjXAwn/2Q==",
        "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAFQAAACEAAQcHAAAAAAAPY29scgEAAAAAABEAAAJoanAyY/9P/1EAKQAAAAAAIQAAABUAAAAAAAAAAAAAACEAAAAVAAAAAAAAAAAAAQcBAf9SAAwAAAABAAQEBAAB/1wAEEBASEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAB6gAB/5PfgEAHrE09dPpMH8A6FAfCFAPhCAAzAxEEL8D5BED5BUB8gkAV35/VINkLnwzSXDj28xeKoT8ORn5vJinjNtnB856B8h2B855MpN1SboQ5Lgv/Oh8hR0BKDWUI4tdugaJhzkRW678I+egLy51fQxYXAgCQqxKb0sxIGcyXeIjGyhvj5yJcjey6jeo7jZcIf2QD/zzEHiEChTcDQ1Xxa7jhL8Hz2eD57FA+e0CHugEvzmqJ4CYZ6A+zB3s022ZE7Wn4G/YLYna8OYxVXLPBqOu0unyLAYer8hMojrsbOxSiLJveNA5Tmkrk5fh3ADZLvMq917Bv1GMihXAeJtnt6ntzwaRZ/WjIz9neS+k0i8ztGU3vHwpq6m+msPDUgoeD+hD+ZeKTCYiLQa88OpD+5W8u20FhBd+DInh1q8iPyAyK42zLgVyx0fgEcrkZpCu3GBqQbNMsGhAPKBeUWp1Zuzqipp5MzNJWO5enB6QJrUnwJdy0n58oe5AO2dSD2BbsJ33tX5OJuKbtOzvDjzU5mSgvUl4i1YP+IuY4jLkNrMSlUdbvu3r8KwcAn2e49zuNYdqn/gfqxhqPAGL+MsOaZbxv1ZaN5LsFgWVB9WRWTHZnypuIErBDLfuekHRvf//Z",
    ];

    // Pictures of libwebp: lossy, lossy with alpha in a lossless stream, lossless, lossless with a palette.
    private static readonly string[] s_webp =
    [
        "UklGRkIBAABXRUJQVlA4IDYBAADQBwCdASolAB0APy2As1OuqCSitVv4AdAliWwAnTLHBy+zccp0RZn65l3dEF0ObAIjOhZ+fkQT1tsEa7dnHhY1Bo4Xi5g6oAD+5k8gf925A95uheHr9VU0sS1O0oidzuxV66I6x4GQUBv+0sw5sEtgq1fjq26H+t1nQ35xgRnqTznf90qbtP0X3CYGjEW6T15B4xWAUtwx8n/Zp/RkXR4vfwT/kX/z/v5j6yRd5T9Q9Ii184scajT/8Wt4szCpAjedTqRcVGgbI2zLoHHkyZ5NjdDHLa4AGmypUVH1zjxKorWqEGbaoyiZUBi1PwQGgNB4WDLBan8naevLtnTjdbOv90p9jhR5ythZQsYnO6p4polzsLFkSsvC8Br0kvqouWlkJj9PaUGvcpZpdU356/2inRRZAAAA",
        "UklGRiwCAABXRUJQVlA4WAoAAAAQAAAAIgAAFgAAQUxQSGYAAAAFZ6CmbQOmgz/J8shZDhGR6g/AqratKA4RiEABXAec/4xgBCMZyWg+Lg4FIvo/AQHdVVX1t4G5ZAQW7QS4tLywWV7ZLaf0FkEYMrMwZhZhyqyCKGyWV0hGJx23FokBmAsYWSixvwNWUDggoAEAAPAKAJ0BKiMAFwA+0VilTSgko6IqqgEAGglsAJ0yhHtcgSk/1nWETN1z/U3tu+dy01XlVfhjnyLLBxAw6jv0vgBU629DnOwgdt7gU59vzv5q0/hlPRPpg+1ca/avFNAmAAD+5MSm0VNR6H0+Nz7daM9BhVwp64c7MvT5XWkZ9b1Bli6An/4zft8vSy4fUx2BglbVomvYa4niQISuJp/ooXxz7orHR6QNu+YXbTk4dRlVB+vWhWI8YBz9tB95AgvYCTXqLHFi+Vr2HTwBoYDsFTX7rs/BzAe+cHIr5cSWEj9vvRTTMt2ldH666TmfkFoD97/8PgiO8kCqiKfWSt3qhgYfjqbRaXbI9blHgBp5rJ4UPdDEmD8OzYqaFlNfhyWriNjy7Ykh3nI2vvZm/5zWYi+B906H4XzagNmLzdwWUrLvguPIs2FnZxjsvFAV24+83GzcfOAEjHF/P0/Cfe8X7H/3hGKL00JgJfb/8gPBhPYwbwdECPGXn26BftLeDLTDrlzHNf4T2sUGC4fFKcYXcNP3T7Or+/gpg93PwuplAAAA",
        "UklGRnwBAABXRUJQVlA4THABAAAvAEAWAM/iOAAAs4ltG+1T+y+SAWqb5zUcBwBARNn2Bm3R3r1bwrZ9BttIkpzc1xdaa48IiIIcCJnCJQZp/aO1uvkPG1ia2ET+Hd4fJgA2EvxSUeRCAP5NVHhh4ABYBGlEoEPwvYHvghCV+EvwiognFpIk274nD3Kjbiu6yMimeROUiVhEUiGeggP0UcQf6WNS9MFoxyNTAPK1t4EMLvTMxGx0/TW+GODPHzoAvqHHTaRJKr8UqDMCeMhCEMUo/y1ACAMMx6ADRS3R32YCK1bOiN0z2j+BSYdIWD4d8dovBfAK3zrGUDwhwJPIfADhwXFUD0OC72v1aQ1rzDT/RMT5c7QEC7iQmKL0+lnIBbWDocuN3ZZOzOAwAACiFZRt2822bRsR/Y8sQKYwgYAJDtEYg7IxlwmkkPp5guxHf1vlDVN0nauiWfptfdnP77vzcbnZnh6r6eI1+czeh2f72xg3a/Vqr9XtlHKjcr44GFb6BQ==",
        "UklGRqIAAABXRUJQVlA4TJYAAAAvLEAGAB8gECD+Q+S4ECBHSEBkW131xAmBAJHgToM9h/MfyhmpA7e1bSvRlxSrg4ix+P0S0L5GY7fXGtHELo87i99BRP+Ntm1jVg1lZ6xutudq4xqX+o9yxqU77KTDHV+uYTq+3NGIgukgvLrSnCmRLgRda7lKF4KuLGfKoUv9TL272pxJ4d8qpgD/drWrfn/DZZBXlwU=",
    ];

    /// <summary>Whole files of each format, how they are read, and what they are inside.</summary>
    private static readonly Dictionary<string, Func<FuzzTests, (byte[][] Files, Action<byte[]> Read, FileParts Parts, double Likely)>> s_formats = new()
    {
        ["pytorch"] = _ => ([.. TorchGolden.Names.Where(n => !IsLegacy(n)).Select(TorchGolden.Bytes)], Torch, FileParts.Zip, -1),
        ["pytorch legacy"] = _ => ([.. TorchGolden.Names.Where(IsLegacy).Select(TorchGolden.Bytes)], Torch, FileParts.Bytes, -1),
        ["gguf"] = _ => ([GgufGolden.File], bytes =>
        {
            foreach (var tensor in GgufFile.Load(bytes, "m.gguf").Tensors.Values)
                tensor.ToTensor();
        }, FileParts.Bytes, 0),
        ["safetensors"] = _ => ([Saved(".safetensors")], LoadWeights, FileParts.Header, 0),
        ["safetensors in several files"] = t => (t.Sharded(), t.InFolder("model.safetensors.index.json", path =>
        {
            using var file = WeightFile.Open(path);
            file.ReadAll();
        }), FileParts.Text, -1),
        ["npz"] = _ => ([Saved(".npz"), Overlapping()], LoadWeights, FileParts.Zip, 1),
        ["npy"] = _ => ([.. Archive.Read(Saved(".npz")).Select(e => e.Bytes)], LoadWeights, FileParts.Bytes, 0),
        ["llama2.c"] = _ => ([Llama2cTests.Model(), Llama2cTests.Model(tied: false)], LoadWeights, FileParts.Bytes, 0),
        ["llama2.c vocabulary"] = t => ([Llama2cTests.Vocabulary()], t.InFolder("tok.bin", path => Tokenizer.FromLlama2c(path)), FileParts.Bytes, 0),
        ["tflite"] = _ => ([TfliteOperatorTests.Sample()], bytes => TfliteModel.Load(bytes, "m"), FileParts.Bytes, -1),
        ["tflite of several graphs"] = _ => ([TfliteControlTests.Sample()], bytes => TfliteModel.Load(bytes, "m"), FileParts.Bytes, -1),
        ["tflite, looked into"] = t => ([TfliteOperatorTests.Sample()], t.InFolder("m.tflite", path => FileReport.Of(path)), FileParts.Bytes, -1),
        ["tensorflow.js"] = t => (Tfjs.TfjsTests.WriteAll(t._folder), t.InFolder("model.json", path => TfjsModel.Load(path)), FileParts.Text, -1),
        ["onnx"] = _ => (OnnxFiles(), bytes => OnnxModel.Load(bytes), FileParts.Bytes, -1),
        ["onnx with data outside"] = t => (t.OnnxOutside(), t.InFolder("m.onnx", path => OnnxModel.Load(path)), FileParts.Bytes, -1),
        ["hebb"] = _ => ([.. ((string[])["mlp", "attention", "buffers"]).Select(Package)], bytes => SavedModels.Load(bytes), FileParts.Zip | FileParts.Text, 1),
        ["tokenizer.json"] = _ => ([TokenizerFile()], bytes => Tokenizer.FromJson(bytes), FileParts.Text, -1),
        ["anything"] = t => t.Anything(),
        ["png"] = _ => ([Png.Encode(Picture(3)), Png.Encode(Picture(1))], bytes => Png.Decode(bytes), FileParts.Bytes, 0),
        ["jpeg"] = _ => ([.. s_jpeg.Select(Convert.FromBase64String)], bytes => Jpeg.Decode(bytes), FileParts.Bytes, 0),
        ["jpeg 2000"] = _ => ([.. s_jpeg2000.Select(Convert.FromBase64String)], bytes => Jpeg2000.Decode(bytes), FileParts.Bytes, 0),
        ["webp"] = _ => ([.. s_webp.Select(Convert.FromBase64String)], bytes => Webp.Decode(bytes), FileParts.Bytes, 0),
        ["bmp, pnm"] = _ => ([Bitmap(), [.. "P6\n3 2\n255\n"u8, .. new byte[18]]], bytes => ImageFile.Decode(bytes), FileParts.Bytes, 0),
        ["wav"] = _ => ([Wav.Encode(new Audio(8000, 1, new float[64]))], bytes => Wav.Decode(bytes), FileParts.Bytes, 0),
    };

    /// <summary>Files of all kinds, as the command line takes them: it must see what they are first.</summary>
    private (byte[][] Files, Action<byte[]> Read, FileParts Parts, double Likely) Anything()
    {
        byte[][] files = [.. ((string[])["pytorch", "pytorch legacy", "gguf", "safetensors", "npz", "npy", "llama2.c", "tflite", "onnx", "hebb"]).SelectMany(n => s_formats[n](this).Files.Take(4))];
        return (files, InFolder("m", path =>
        {
            var refusals = new List<HebbException>();
            foreach (var read in (Action[])[() => FileReport.Of(path), () => WeightFile.Load(path), () => Model.Load(path)])
            {
                try
                {
                    read();
                }
                catch (HebbException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                    refusals.Add(e);
                }
            }
            // Weights are no model, nor a model weights: a whole file is refused by one of them.
            if (refusals.Count > 1)
                throw refusals[0];
        }), FileParts.Zip | FileParts.Text, -1);
    }

    private static byte[] Bitmap()
    {
        byte[] file = new byte[54 + 2 * 12];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in ((int, int)[])[(10, 54), (14, 40), (18, 3), (22, 2), (28, 24)])
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        return file;
    }

    public static IEnumerable<TheoryDataRow<string>> Names => s_formats.Keys.Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void AnyBytesGiveAResultOrOneLine(string format)
    {
        var (files, read, parts, likely) = s_formats[format](this);
        Mutation.Run(files, read, usual: 250, likely, parts);
    }

    private static bool IsLegacy(string name) => name.StartsWith("legacy", StringComparison.Ordinal);

    /// <summary>Reads bytes as a file of the folder.</summary>
    private Action<byte[]> InFolder(string name, Action<string> read) => bytes =>
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        read(path);
    };

    private static Dictionary<string, Tensor> State() => new()
    {
        ["weight"] = Tensor.Arange(0, 12, 1).To(DType.Float32).Reshape(3, 4),
        ["count"] = Tensor.Scalar(3, DType.Int64),
        ["flags"] = Tensor.Ones([5], DType.Bool),
    };

    /// <summary>A small state in the format of an ending.</summary>
    private static byte[] Saved(string ending)
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ending);
        try
        {
            WeightFile.Save(path, State(), ending == ".safetensors" ? new Dictionary<string, string> { ["format"] = "pt" } : null);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private byte[][] Sharded()
    {
        string index = WeightFile.SaveSharded(_folder, State(), most: 30);
        return [File.ReadAllBytes(index)];
    }

    /// <summary>An archive of five members, all of which are the same 64 KB of zeros.</summary>
    private static byte[] Overlapping()
    {
        var npy = new MemoryStream();
        using (var zip = new ZipArchive(npy, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var target = zip.CreateEntry("a.npy", CompressionLevel.Optimal).Open();
            byte[] header = Encoding.ASCII.GetBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (16384,), }".PadRight(117) + "\n");
            target.Write([0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. header, .. new byte[1 << 16]]);
        }
        byte[] bytes = npy.ToArray();
        int end = bytes.Length - 22, start = BitConverter.ToInt32(bytes, end + 16);
        byte[] entry = bytes[start..end];
        var all = new List<byte>(bytes[..start]);
        for (int i = 0; i < 5; i++)
        {
            // The name follows the 46 bytes of an entry.
            entry[46] = (byte)('a' + i);
            all.AddRange(entry);
        }
        byte[] last = bytes[end..];
        BitConverter.TryWriteBytes(last.AsSpan(8), (short)5);
        BitConverter.TryWriteBytes(last.AsSpan(10), (short)5);
        BitConverter.TryWriteBytes(last.AsSpan(12), 5 * entry.Length);
        return [.. all, .. last];
    }

    private static byte[] Package(string name)
    {
        var (model, inputs) = SavedModels.Make(name);
        return SavedModels.Bytes(model, inputs(2));
    }

    private static byte[][] OnnxFiles() =>
    [
        ModelMaker.Model(ModelMaker.Graph(["x"], ["y"], ModelMaker.Node("MatMul", ["x", "w"], ["h"]), ModelMaker.Node("Conv", ["h", "k"], ["y"], ("strides", new long[] { 1, 1 }))).With(ModelMaker.Floats("w", [2, 2], 1, 2, 3, 4), ModelMaker.Floats("k", [1, 1, 1, 1], 5))),
        ModelMaker.Model(ModelMaker.Graph(["x"], ["y"], ModelMaker.Node("Reshape", ["x", "s"], ["h"]), ModelMaker.Node("Expand", ["h", "s"], ["i"]), ModelMaker.Node("ConstantOfShape", ["s"], ["c"]), ModelMaker.Node("Add", ["i", "c"], ["y"])).With(ModelMaker.Longs("s", [2], 2, 3))),
        ModelMaker.Model(ModelMaker.Graph(["x", "c"], ["y"], ModelMaker.Node("If", ["c"], ["y"], ("then_branch", ModelMaker.Graph([], ["a"], ModelMaker.Node("Neg", ["x"], ["a"]))), ("else_branch", ModelMaker.Graph([], ["b"], ModelMaker.Node("Abs", ["x"], ["b"])))))),
    ];

    private byte[][] OnnxOutside()
    {
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), new byte[64]);
        var tensor = new TensorProto { Name = "w", DataType = (int)TensorProto.Types.DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add([2, 2]);
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("location", "w.bin"), ("offset", "16"), ("length", "16")])
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        return [ModelMaker.Model(ModelMaker.Graph(["x"], ["y"], ModelMaker.Node("MatMul", ["x", "w"], ["y"])).With(tensor))];
    }

    private static byte[] TokenizerFile() => Encoding.UTF8.GetBytes("""
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [{"id": 5, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
         "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}, "post_processor": null, "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "dropout": null, "unk_token": null, "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}, "merges": ["a b", "ab c"]}}
        """);

    private static Image Picture(int channels)
    {
        var pixels = new byte[9 * 7 * channels];
        new Random(3).NextBytes(pixels);
        return new Image(9, 7, channels, pixels);
    }

    private static void LoadWeights(byte[] bytes)
    {
        using var file = WeightFile.Open(bytes, "m");
        file.ReadAll();
    }

    private static void Torch(byte[] bytes)
    {
        var file = TorchFile.Load(bytes, "m.pt");
        try
        {
            file.StateDict();
        }
        catch (DataException)
        {
            // Several states.
        }
    }
}
