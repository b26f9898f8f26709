using System.IO.Compression;
using System.Text;

namespace Hebb.Formats.Tests.Torch;

/// <summary>Small pickles that would grow, nest or loop without end.</summary>
public class PickleLimitTests
{
    private static string Error(byte[] pickle)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var target = zip.CreateEntry("archive/data.pkl").Open();
            target.Write(pickle);
        }
        return Assert.Throws<FormatException>(() => TorchFile.Load(stream.ToArray(), "m.pt")).Message;
    }

    private static byte[] Pickle(params object[] parts) => [.. parts.SelectMany(p => p is string s ? Encoding.Latin1.GetBytes(s) : (byte[])p)];

    [Fact]
    public void ListsThatHoldThemselves() => Assert.Equal("m.pt: holds containers that are nested too deep, or that hold each other", Error(Pickle("]q\0h\0a.")));

    [Fact]
    public void DoublingThirtyTimes()
    {
        // Each list holds the one before twice: 2^40 paths in 300 bytes.
        var parts = new List<object> { "]q\0" };
        for (int i = 1; i <= 40; i++)
            parts.AddRange(["](h", (byte[])[(byte)(i - 1)], "h", (byte[])[(byte)(i - 1)], "eq", (byte[])[(byte)i]]);
        parts.Add(".");
        Assert.Equal("m.pt: holds containers that are nested too deep, or that hold each other", Error(Pickle([.. parts])));
    }

    [Fact]
    public void NestingDeepTakesNoStack() => Assert.Equal("m.pt: holds containers that are nested too deep, or that hold each other", Error([.. Encoding.Latin1.GetBytes("N" + new string('\x85', 500000) + ".")]));

    [Fact]
    public void CopyingALargeTextOverAndOver()
    {
        byte[] text = new byte[200000];
        Array.Fill(text, (byte)'a');
        string message = Error(Pickle("c_codecs\nencode\nq\0X", BitConverter.GetBytes(text.Length), text, "q\x01\x85q\x02", string.Concat(Enumerable.Repeat("0h\0h\x02R", 20000)), "."));
        Assert.EndsWith("asks for more memory than such a file may", message);
    }

    [Theory]
    [InlineData("X\xff\xff\xff\x7f.", "the pickle is cut short")]
    [InlineData("e.", "the pickle looks for a mark that it has not set")]
    [InlineData("(N1.", "the pickle takes more from its stack than there is")]
    [InlineData("h\x05.", "the pickle asks for object 5, which it has not put away")]
    [InlineData("\x82\x01.", "the pickle has the instruction 0x82 at byte 0, which no plain data needs")]
    [InlineData("}NNs.", "the pickle has a dictionary with the key None")]
    [InlineData("cos\nsystem\n.", "holds an object of os.system; only tensors and plain containers are read: in Python, save model.state_dict() alone")]
    [InlineData("\x80\x02N", "the pickle is cut short")]
    [InlineData("F1x2\n.", "the pickle has a text that is no number where one belongs")]
    [InlineData("Ione\n.", "the pickle has a text that is no number where one belongs")]
    [InlineData("L\n.", "the pickle has a text that is no number where one belongs")]
    [InlineData("Np-1\n.", "the pickle has a text that is no number where one belongs")]
    [InlineData("g99999999999\n.", "the pickle has a text that is no number where one belongs")]
    [InlineData("K\x01K\x02R.", "the pickle calls with what is no tuple")]
    [InlineData("K\x01)R.", "the pickle calls what can't be called")]
    [InlineData("]K\x01\x62.", "the pickle gives a state to what takes none")]
    public void ProgramsThatAreWrong(string pickle, string message) => Assert.Equal("m.pt: " + message, Error(Pickle(pickle)));

    [Fact]
    public void StoragesThatTheFileHasNotTheBytesFor()
    {
        byte[] tensor = Pickle("ctorch._utils\n_rebuild_tensor_v2\n((X", BitConverter.GetBytes(7), "storagectorch\nFloatStorage\nX", BitConverter.GetBytes(1), "0X", BitConverter.GetBytes(3), "cpuJ", BitConverter.GetBytes(2000000000),
            "tQK\0(J", BitConverter.GetBytes(2000000000), "t(K\x01t\x89NtR.");
        Assert.Equal("m.pt: the storage 0 is said to have 2000000000 elements, which the file is too short for", Error(tensor));
        byte[] outside = Pickle("ctorch._utils\n_rebuild_tensor_v2\n((X", BitConverter.GetBytes(7), "storagectorch\nFloatStorage\nX", BitConverter.GetBytes(1), "0X", BitConverter.GetBytes(3), "cpuK\x04tQK\x02(K\x03t(K\x01t\x89NtR.");
        Assert.Equal("m.pt: a tensor [3] reaches to element 4 of the storage 0, which has 4", Error(outside));
    }
}
