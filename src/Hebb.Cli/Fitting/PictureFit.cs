using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>A folder of pictures, a subfolder for each class: read, split, brought to one size.</summary>
internal static class PictureFit
{
    private const double TestShare = 0.2, ValidationShare = 0.15;
    private const int LeastSide = 8, MostSide = 64, FewestPictures = 30, FewestOfAClass = 3;

    /// <exception cref="DataException">They can't be learned from; the message says why in one line.</exception>
    public static FitData Load(FitSettings settings, ClassFolders folders)
    {
        var findings = new List<Finding>();
        var pictures = Read(folders, folders.Classes, findings);
        var test = settings.Test is null ? null : Read(ClassFolders.Find(settings.Test, Image.Extensions) ?? throw new DataException($"{Paths.Shown(settings.Test)}: has no pictures ({string.Join(", ", Image.Extensions)})"), folders.Classes, findings);
        string shown = Paths.Shown(folders.Root);
        if (pictures.Count < FewestPictures) throw new DataException($"{shown}: has {Texts.Plural(pictures.Count, "picture")} that can be read; to train, validate and test at least {FewestPictures} are needed");
        foreach (var (label, count) in Enumerable.Range(0, folders.Classes.Count).Select(c => (c, pictures.Count(p => p.Label == c))))
            if (count < FewestOfAClass) throw new DataException($"{shown}: the class {folders.Classes[label]} has {Texts.Plural(count, "picture")}; to train, validate and test at least {FewestOfAClass} are needed");

        bool gray = pictures.All(p => IsGray(p.Image));
        int height = Side([.. pictures.Select(p => p.Image.Height)]), width = Side([.. pictures.Select(p => p.Image.Width)]);
        if (pictures.Any(p => (p.Image.Height, p.Image.Width) != (height, width))) findings.Add(new Finding($"pictures are brought to {width}x{height}"));
        int repeated = pictures.Count - pictures.Select(p => p.Image).Distinct().Count();
        if (repeated > 0) findings.Add(new Finding($"{Texts.Plural(repeated, "picture")} {(repeated == 1 ? "is" : "are")} there more than once: copies may stand on both sides of the split, which flatters the test", repeated * 20 > pictures.Count));

        var rest = pictures;
        if (test is null) (rest, test) = Cut(pictures, 1 - TestShare, settings.Seed);
        var (train, validation) = Cut(rest, 1 - ValidationShare, settings.Seed);
        var prepared = new ImagePreprocessing(gray ? 1 : 3, height, width);
        var plain = Dataset(train, prepared, folders);
        var (mean, deviation) = Moments(plain.Inputs);
        var data = plain.Standardize(mean, deviation);
        return new FitData
        {
            Name = Path.GetFileName(folders.Root),
            Summary = $"{Texts.Plural(pictures.Count, "picture")} of {width}x{height}, {(gray ? "gray" : "in colour")}; predicting one of {folders.Classes.Count} classes",
            Parts = [new FitPart(data, Dataset(validation, prepared, folders).Standardize(mean, deviation))],
            Test = Dataset(test, prepared, folders).Standardize(mean, deviation),
            Split = $"{Texts.Plural(train.Count, "picture")} to train, {Texts.Count(validation.Count)} to validate, {Texts.Count(test.Count)} to test"
                + (settings.Test is { } other ? $" (all of {Path.GetFileName(other)})" : "") + "; every class in its share",
            Findings = findings,
            Candidates = PictureCandidates.For(data, settings.Epochs),
            Records = [folders.Record()],
        };
    }

    private static List<(Image Image, int Label)> Read(ClassFolders folders, IReadOnlyList<string> classes, List<Finding> findings)
    {
        var pictures = new List<(Image, int)>();
        foreach (var (path, label) in folders.Files)
        {
            string of = folders.Classes[label];
            int index = classes.TakeWhile(c => c != of).Count();
            if (index == classes.Count) throw new DataException($"{Paths.Shown(folders.Root)}: the class {of} is not among those to learn ({string.Join(", ", classes.Take(10))})");
            try
            {
                pictures.Add((Image.Read(path), index));
            }
            catch (HebbException e)
            {
                findings.Add(new Finding($"{e.Message.Replace(path, Path.GetRelativePath(folders.Root, path))}: left out", IsWarning: true));
            }
        }
        return pictures;
    }

    /// <summary>The median side, within what a small network can look at.</summary>
    private static int Side(int[] sides)
    {
        Array.Sort(sides);
        return Math.Clamp(sides[sides.Length / 2], LeastSide, MostSide);
    }

    private static bool IsGray(Image image)
    {
        if (image.Channels <= 2) return true;
        for (int i = 0; i < image.Pixels.Length; i += image.Channels)
            if (image.Pixels[i] != image.Pixels[i + 1] || image.Pixels[i] != image.Pixels[i + 2]) return false;
        return true;
    }

    /// <summary>Two parts in which every class has its share.</summary>
    private static (List<(Image Image, int Label)> First, List<(Image Image, int Label)> Second) Cut(List<(Image Image, int Label)> pictures, double share, long seed)
    {
        var places = Table.FromRows("pictures", ["place", "class"], pictures.Select((p, i) => (string?[])[FormattableString.Invariant($"{i}"), $"c{p.Label}"]));
        var (first, second) = places.SplitStratified("class", share, seed);
        return (Chosen(first), Chosen(second));

        List<(Image, int)> Chosen(Table part) => [.. Enumerable.Range(0, part.Count).Select(row => pictures[(int)part["place"].Number(row)])];
    }

    private static TensorDataset Dataset(List<(Image Image, int Label)> pictures, ImagePreprocessing prepared, ClassFolders folders)
    {
        var inputs = Tensor.Empty([pictures.Count, prepared.Channels, prepared.Height, prepared.Width]);
        int size = prepared.Channels * prepared.Height * prepared.Width;
        for (int i = 0; i < pictures.Count; i++)
        {
            using var scope = TensorScope.Open();
            prepared.Apply(pictures[i].Image).AsSpan<float>().CopyTo(inputs.AsSpan<float>()[(i * size)..]);
        }
        return new TensorDataset(inputs, Tensor.From<long>([.. pictures.Select(p => (long)p.Label)]), new DatasetInfo { Name = Path.GetFileName(folders.Root), Labels = folders.Classes, Preprocessing = prepared });
    }

    /// <summary>Mean and deviation of each channel.</summary>
    private static (double[] Mean, double[] Deviation) Moments(Tensor inputs)
    {
        var wide = inputs.To(DType.Float64);
        double[] mean = wide.Mean([0, 2, 3]).ToArray<double>(), square = wide.Square().Mean([0, 2, 3]).ToArray<double>();
        return (mean, [.. mean.Zip(square, (m, s) => Math.Sqrt(Math.Max(s - m * m, 0)) is > 1e-6 and var d ? d : 1)]);
    }
}
