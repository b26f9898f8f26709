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

    /// <summary>
    /// The UCI handwritten digits that ship with Hebb: inputs Float32 [n, 1, 8, 8] in 0 to 1, targets Int64 [n]. The test set is the last
    /// 360 rows of the file, the training set the first 1,437.
    /// </summary>
    public static (TensorDataset Train, TensorDataset Test) Digits()
    {
        var (pixels, labels) = ReadDigits(DigitsFile());
        int train = labels.Length - DigitsTestRows;
        return (Part(..train), Part(train..));

        TensorDataset Part(Range rows)
        {
            var (start, count) = rows.GetOffsetAndLength(labels.Length);
            var inputs = Tensor.From(pixels.AsSpan(start * 64, count * 64), [count, 1, 8, 8]);
            return new TensorDataset(inputs, Tensor.From(labels.AsSpan(start, count)), DigitInfo("digits", 8));
        }
    }

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

    private static DatasetInfo DigitInfo(string name, int side) => new()
    {
        Name = name,
        Labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        Preprocessing = new ImagePreprocessing(1, side, side),
    };
}
