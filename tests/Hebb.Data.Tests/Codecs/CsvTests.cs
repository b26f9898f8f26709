using System.Text;

namespace Hebb.Data.Tests;

public class CsvTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsQuotedFieldsAndNumbers(bool compressed)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("name,size,note\r\nAda,1.5,\"a, \"\"b\"\"\"\r\n\r\nBob,-2e3,\"two\nlines\"\r\nÉva,7,\n");
        using var folder = new TemporaryFolder();
        var table = Csv.Read(folder.Write("a.csv", compressed ? IdxTests.Zip(bytes) : bytes));
        Assert.Equal(["name", "size", "note"], table.Columns);
        Assert.Equal(3, table.Count);
        Assert.Equal("a, \"b\"", table[0, 2]);
        Assert.Equal("two\nlines", table[1, 2]);
        Assert.Equal("Éva", table[2, 0]);
        Assert.Equal(-2000, table.Number(1, table.Column("size")));
        Assert.Equal(7, table.Integer(2, 1));
        Assert.Equal([2L, 4, 6], [table.Line(0), table.Line(1), table.Line(2)]);
    }

    [Fact]
    public void ReadsWithoutHeaderAndOtherSeparators()
    {
        var table = Csv.Decode("1;2\n3;4\n"u8.ToArray(), hasHeader: false, separator: ';');
        Assert.Equal(["0", "1"], table.Columns);
        Assert.Equal(4, table.Integer(1, 1));
        Assert.Equal(1, table.Line(0));
    }

    [Fact]
    public void ErrorsNameTheLine()
    {
        var table = Csv.Decode("a,b\n1,2\nx,2.5\n"u8.ToArray(), "t.csv");
        Assert.Equal("t.csv line 3, column \"a\": \"x\" is not a number", Assert.Throws<FormatException>(() => table.Number(1, 0)).Message);
        Assert.Equal("t.csv line 3, column \"b\": \"2.5\" is not an integer", Assert.Throws<FormatException>(() => table.Integer(1, 1)).Message);
        Assert.Equal("t.csv: has no column \"z\" (it has a, b)", Assert.Throws<DataException>(() => table.Column("z")).Message);
        Assert.Equal("t.csv line 3: has 3 fields, the first line has 2", Message("a,b\n1,2\n1,2,3\n"));
        Assert.StartsWith("t.csv line 2: ", Message("a,b\n\"open,2\n3,4\n"));
        Assert.StartsWith("t.csv line 3: ", Message("a,b\n1,2\n\"x\"y,2\n"));
        Assert.Equal("t.csv line 1: names the column \"a\" twice", Message("a,a\n1,2\n"));
    }

    [Fact]
    public void RefusesTextThatIsNotUtf8()
    {
        byte[] bytes = [.. "a,b\n1,2\n"u8, 0xff, 0xfe, (byte)',', (byte)'3', (byte)'\n'];
        Assert.Equal("t.csv line 3: is not UTF-8 text", Assert.Throws<FormatException>(() => Csv.Decode(bytes, "t.csv")).Message);
    }

    [Fact]
    public void EmptyAndMissingFilesAreOneLine()
    {
        Assert.Equal("t.csv: has no rows", Assert.Throws<DataException>(() => Csv.Decode([], "t.csv")).Message);
        Assert.Equal("t.csv: has no rows", Assert.Throws<DataException>(() => Csv.Decode("a,b\n"u8.ToArray(), "t.csv")).Message);
        Assert.Equal("/no/such.csv: no such file", Assert.Throws<DataException>(() => Csv.Read("/no/such.csv")).Message);
    }

    private static string Message(string text) => Assert.Throws<FormatException>(() => Csv.Decode(Encoding.UTF8.GetBytes(text), "t.csv")).Message;
}
