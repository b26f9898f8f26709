using System.Globalization;
using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>Pictures of the test rows as files, to try the trained model on: for each class the first row, <c>pictures/7.png</c>.</summary>
internal static class TestPictures
{
    public const string Folder = "pictures";

    /// <summary>Writes them into the run's folder.</summary>
    /// <returns>Paths relative to the run's folder and the rows they show, by class; empty where the data are no pictures.</returns>
    public static IReadOnlyList<(string Path, int Row)> Write(string run, TensorDataset data)
    {
        if (data.Info.Preprocessing is not ImagePreprocessing preprocessing || data.Info.Labels is not { } labels) return [];
        long[] targets = data.Targets.ToArray<long>();
        var pictures = new List<(string, int)>();
        Directory.CreateDirectory(Path.Combine(run, Folder));
        for (int c = 0; c < labels.Count; c++)
        {
            int row = Array.IndexOf(targets, c);
            if (row < 0) continue;
            // A label may hold what no file name may.
            string name = labels[c].All(char.IsAsciiLetterOrDigit) && labels[c].Length > 0 ? labels[c] : "class-" + c.ToString(CultureInfo.InvariantCulture);
            string path = Path.Combine(Folder, name + ".png");
            Png.Write(Path.Combine(run, path), preprocessing.ToImage(data[row].Input));
            pictures.Add((path, row));
        }
        return pictures;
    }
}
