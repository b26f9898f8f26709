using System.IO.Compression;
using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Files that NumPy wrote (Golden/make_npy.py), and files that Hebb writes.</summary>
public class NpyTests
{
    private static readonly (string Kind, string[] Fields, byte[] File)[] s_cases =
        [.. Resource.Lines("npy-cases.txt").Select(l => l.Split(' ')).Select(f => (f[0], f[1..^1], Convert.FromBase64String(f[^1])))];

    public static IEnumerable<byte[]> Files(string kind) => s_cases.Where(c => c.Kind == kind).Select(c => c.File);

    private static byte[] Archive(string name) => s_cases.Single(c => c.Kind == "npz" && c.Fields[0] == name).File;

    [Fact]
    public void ReadsWhatNumPyWrites()
    {
        int count = 0;
        foreach (var (_, fields, file) in s_cases.Where(c => c.Kind == "npy"))
        {
            int[] shape = fields[2] == "-" ? [] : [.. fields[2].Split(',').Select(int.Parse)];
            var tensor = Npy.Decode(file);
            Assert.Equal(Shape.Create(shape), tensor.Shape);
            for (int i = 0; i < tensor.Count; i++)
            {
                double expected = i * 37 % 101;
                if (tensor.DType == DType.Bool) expected = expected == 0 ? 0 : 1;
                double found = tensor.DType.IsComplex
                    ? tensor.To(DType.Complex128).ToArray<System.Numerics.Complex>()[i].Real
                    : tensor.To(DType.Float64).ToArray<double>()[i];
                Assert.True(expected == found, $"{string.Join(' ', fields)}: element {i} is {found}, not {expected}");
            }
            count++;
        }
        Assert.Equal(32, count);
    }

    [Fact]
    public void HeaderTellsTypeShapeAndOrder()
    {
        using var folder = new TemporaryFolder();
        var file = s_cases.Single(c => c.Fields[0] == "fortran3").File;
        var header = Npy.ReadHeader(folder.Write("f.npy", file));
        Assert.Equal((">i4", DType.Int32, true, 24L), (header.TypeCode, header.DType, header.FortranOrder, header.Count));
        Assert.Equal([2, 3, 4], header.Dimensions);
    }

    [Fact]
    public void WritesTheBytesOfNumPy()
    {
        foreach (var (_, fields, file) in s_cases.Where(c => c.Kind == "npy" && c.Fields[3] == "C" && c.Fields[1][0] != '>' && c.Fields[1][1] != 'M'))
        {
            using var stream = new MemoryStream();
            Npy.Write(stream, Npy.Decode(file));
            Assert.True(file.AsSpan().SequenceEqual(stream.ToArray()), string.Join(' ', fields));
        }
        Assert.Equal("NumPy has no element type bfloat16: cast the tensor, to float32 for one",
            Assert.Throws<DTypeException>(() => Npy.Write(new MemoryStream(), Tensor.Empty([2], DType.BFloat16))).Message);
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("deflated")]
    public void ReadsArchives(string name)
    {
        using var file = Npz.Open(new MemoryStream(Archive(name)));
        Assert.Equal(["a", "b", "names", "raw", "ragged"], file.Names);
        Assert.Equal([0f, 37, 74, 10, 47, 84], file["a"].ToArray<float>());
        Assert.Equal(199 * 37 % 101, file["b"].ToArray<long>()[199]);
        Assert.Equal(["x", "añ", "三"], file.Texts("names"));
        Assert.Equal(["ab", "c"], file.Texts("raw"));
        var arrays = file.Arrays("ragged");
        Assert.Equal(["[1, 3]", "[2, 3]", "[3, 3]"], arrays.Select(a => a.Shape.ToString()));
        Assert.Equal([0, 37, 74, 10, 47, 84], arrays[1].ToArray<short>().Select(v => (int)v));
        Assert.Equal(DType.Int64, file.Header("b").DType);
        Assert.Contains("holds texts", Assert.Throws<FormatException>(() => file["names"]).Message);
        Assert.Contains("holds Python objects", Assert.Throws<FormatException>(() => file["ragged"]).Message);
        Assert.Equal("NPZ: has no array \"z\" (it has a, b, names, raw, ragged)", Assert.Throws<DataException>(() => file["z"]).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ArchivesComeBack(bool compress)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "a.npz");
        var arrays = new Dictionary<string, Tensor> { ["w"] = Tensor.From([1f, 2, 3], [3, 1]), ["step"] = Tensor.From([5L], []) };
        Npz.Write(path, arrays, compress);
        byte[] first = File.ReadAllBytes(path);
        var read = Npz.Read(path);
        Assert.Equal(["step", "w"], read.Keys.Order());
        Assert.Equal([1f, 2, 3], read["w"].ToArray<float>());
        Assert.Equal((5L, 0), (read["step"].Item<long>(), read["step"].Rank));
        Npz.Write(path, arrays, compress);
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Contains("two arrays are called \"w\"", Assert.Throws<DataException>(() => Npz.Write(path, [.. arrays, new("w", arrays["w"])])).Message);
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Fact]
    public void MembersThatShareBytesAreRefused()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in (string[])["a.npy", "b.npy"])
            {
                using var target = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                Npy.Write(target, Tensor.Zeros([1000]));
            }
        }
        byte[] file = stream.ToArray();
        using (var whole = Npz.Open(new MemoryStream(file)))
            Assert.Equal(2, whole.Names.Count);
        // The second entry of the list made to lead to the bytes of the first, and those of the second left out.
        int second = file.AsSpan(10).IndexOf("PK\x03\x04"u8) + 10, list = file.AsSpan().IndexOf("PK\x01\x02"u8), end = file.AsSpan().IndexOf("PK\x05\x06"u8);
        file.AsSpan(list + 42, 4).CopyTo(file.AsSpan(list + (end - list) / 2 + 42));
        BitConverter.TryWriteBytes(file.AsSpan(end + 16), second);
        Assert.Contains("cut short, or they overlap", Assert.Throws<FormatException>(() => Npz.Open(new MemoryStream([.. file[..second], .. file[list..]]), "m.npz")).Message);
    }

    [Fact]
    public void ArchiveChecksumsAreCompared()
    {
        byte[] file = [.. Archive("stored")];
        int at = file.AsSpan().IndexOf("\x93NUMPY"u8[1..]) + 150;
        file[at] ^= 1; // an element of the first array
        using var npz = Npz.Open(new MemoryStream(file));
        Assert.Equal("NPZ: a.npy: is damaged: its checksum is wrong", Assert.Throws<FormatException>(() => npz["a"]).Message);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }", "is truncated: <f4 [1000000000] needs 4000000000 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000), }", "has more than 2147483647 elements")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "a shape that is no tuple of sizes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", "has 9 dimensions (at most 8 are read)")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "elements of several fields")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "has elements of NumPy type \"<f16\", which no tensor holds")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }", "lacks descr, fortran_order or shape")]
    [InlineData("{'descr': '<f4' 'shape': (1,), }", "lacks a comma")]
    [InlineData("{'descr': '<f4, 'shape': (1,), }", "lacks a ")]
    [InlineData("", "lacks a '{'")]
    public void BrokenHeadersAreOneLine(string header, string message)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 1, 2, 3, 4];
        long before = GC.GetAllocatedBytesForCurrentThread();
        string found = Assert.Throws<FormatException>(() => Npy.Decode(file, "x.npy")).Message;
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        Assert.StartsWith("x.npy: ", found);
        Assert.Contains(message, found);
    }

    [Fact]
    public void HeadersOfOlderAndNewerVersionsAreRead()
    {
        string header = "{\"shape\": (2L,), 'fortran_order': True, 'descr': 'f4'}  \n";
        byte[] elements = [0, 0, 128, 63, 0, 0, 0, 64];
        foreach (byte version in (byte[])[2, 3])
            Assert.Equal([1f, 2], Npy.Decode([0x93, .. "NUMPY"u8, version, 0, (byte)header.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(header), .. elements]).ToArray<float>());
        Assert.Contains("has .npy version 4", Assert.Throws<FormatException>(() => Npy.Decode([0x93, .. "NUMPY"u8, 4, 0, 0, 0])).Message);
    }

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        byte[] file = s_cases.First(c => c.Kind == "npy").File;
        for (int length = 0; length < file.Length; length++)
            Assert.Throws<FormatException>(() => Npy.Decode(file[..length]));
        Assert.Contains("goes on after", Assert.Throws<FormatException>(() => Npy.Decode([.. file, 0])).Message);
        byte[] archive = Archive("deflated");
        for (int length = 0; length < archive.Length; length += 7)
            Assert.Throws<FormatException>(() => Npz.Open(new MemoryStream(archive[..length])));
    }

    [Theory]
    [InlineData("Python 2")]
    [InlineData("Python 3")]
    public void BytesOfBothPythonsAreArrays(string python)
    {
        static byte[] Array(ReadOnlySpan<byte> sizes, string type, ReadOnlySpan<byte> order, ReadOnlySpan<byte> content) =>
        [
            .. "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0"u8, 0x85, .. "U\u0001b"u8, 0x87, .. "R(K\u0001"u8, .. sizes, .. "cnumpy\ndtype\nU\u0002"u8, .. Encoding.ASCII.GetBytes(type),
            .. "K\0K\u0001"u8, 0x87, .. "R(K\u0003U\u0001"u8, .. order, .. "NNNJ"u8, 255, 255, 255, 255, (byte)'J', 255, 255, 255, 255, .. "K\0tb"u8, 0x89, .. content, .. "tb"u8,
        ];
        byte[] numbers = [(byte)(python == "Python 2" ? 'U' : 'C'), 6, 0, 0, 255, 255, 200, 1];
        byte[] inner = Array([(byte)'K', 3, 0x85], "i2", "<"u8, numbers);
        byte[] pickle = [0x80, 3, .. Array([(byte)'K', 1, 0x85], "O8", "|"u8, [(byte)']', (byte)'(', .. inner, (byte)'e']), (byte)'.'];
        var arrays = NumpyPickle.ReadArrays(new MemoryStream(pickle), pickle.Length, "x");
        Assert.Equal([0, -1, 456], Assert.Single(arrays).ToArray<short>());
    }

    [Fact]
    public void PicklesThatCallAreRefused()
    {
        byte[] pickle = [0x80, 2, .. "cos\nsystem\n"u8, (byte)'U', 2, .. "ls"u8, 0x85, (byte)'R', (byte)'.'];
        Assert.Equal("x: its pickle names os.system, which is never run",
            Assert.Throws<FormatException>(() => NumpyPickle.ReadArrays(new MemoryStream(pickle), pickle.Length, "x")).Message);
    }
}
