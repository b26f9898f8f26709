namespace Hebb.Data;

public static partial class Catalog
{
    internal const int DigitsTestRows = 360;

    private static CatalogEntry DigitsEntry => new()
    {
        Name = "digits",
        Task = "image classification",
        Contents = "handwritten digits: 1,437 train and 360 test images, 8x8 gray, 10 classes",
        Licence = "CC BY 4.0",
        Source = "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI, https://doi.org/10.24432/C50P49",
        Embedded = true,
        Files = [new("digits.csv.gz", 264_712, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", [])],
    };

    /// <summary>The embedded file as it is: a gzip-compressed table of 1,797 rows of 64 counts of 0 to 16 and a label.</summary>
    internal static byte[] DigitsFile()
    {
        using var stream = typeof(Catalog).Assembly.GetManifestResourceStream("digits.csv.gz")
            ?? throw new DataException("digits: the embedded file is missing from Hebb.Data");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Pictures of 8x8 scaled to 0 to 1, and labels, in file order.</summary>
    internal static (float[] Pixels, long[] Labels) ReadDigits(byte[] file, string source = "digits.csv.gz")
    {
        const int pixels = 64, top = 16;
        var table = Csv.Decode(file, source, hasHeader: false);
        if (table.Columns.Count != pixels + 1) throw new FormatException($"{source}: has {table.Columns.Count} columns, digits have {pixels + 1}");
        var values = new float[table.Count * pixels];
        var labels = new long[table.Count];
        for (int row = 0; row < table.Count; row++)
        {
            for (int column = 0; column < pixels; column++)
            {
                long value = table.Integer(row, column);
                if (value is < 0 or > top) throw new FormatException($"{table.At(row, column)}: {value} is not in 0 to {top}");
                values[row * pixels + column] = value / (float)top;
            }
            labels[row] = table.Integer(row, pixels);
            if (labels[row] is < 0 or > 9) throw new FormatException($"{table.At(row, pixels)}: {labels[row]} is no digit");
        }
        return (values, labels);
    }
}
