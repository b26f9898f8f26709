using System.Text;

namespace Hebb.Data.Tests;

/// <summary>The files behind the catalog, before they become tensors.</summary>
public class CatalogFileTests
{
    [Fact]
    public void EntriesAreComplete()
    {
        Assert.Equal(Catalog.Entries.Count, Catalog.Entries.Select(e => e.Name).Distinct().Count());
        foreach (var entry in Catalog.Entries)
        {
            Assert.All([entry.Name, entry.Task, entry.Contents, entry.Licence, entry.Source], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.NotEmpty(entry.Files);
            Assert.All(entry.Files, file => Assert.Matches("^[0-9a-f]{64}$", file.Sha256));
            Assert.All(entry.Files.SelectMany(file => file.Urls), url => Assert.StartsWith("http", url));
            Assert.False(entry.Embedded && entry.Downloadable);
            Assert.Same(entry, Catalog.Find(entry.Name));
        }
        Assert.StartsWith("no dataset is called \"nope\" (there are digits, mnist, ", Assert.Throws<DataException>(() => Catalog.Find("nope")).Message);
    }

    [Fact]
    public void TheEmbeddedDigitsAreThePublishedOnes()
    {
        using var folder = new TemporaryFolder();
        var file = Catalog.Find("digits").Files[0];
        Assert.Equal((file.Sha256, file.Bytes), DataStore.Hash(folder.Write("d.gz", Catalog.DigitsFile())));

        var (pixels, labels) = Catalog.ReadDigits(Catalog.DigitsFile());
        Assert.Equal(1797, labels.Length);
        Assert.Equal(1797 * 64, pixels.Length);
        Assert.All(pixels, p => Assert.InRange(p, 0, 1));
        Assert.Equal([0f, 0, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0, 0], pixels[..8]);
        // The published counts a class of UCI's optdigits.tes.
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], Enumerable.Range(0, 10).Select(d => labels.Count(l => l == d)));
    }

    [Theory]
    [InlineData("1,2,3\n", "has 3 columns, digits have 65")]
    [InlineData("17,{63},1\n", "line 1, column \"0\": 17 is not in 0 to 16")]
    [InlineData("1,{63},10\n", "line 1, column \"64\": 10 is no digit")]
    [InlineData("x,{63},1\n", "line 1, column \"0\": \"x\" is not an integer")]
    public void DamagedDigitsNameLineAndColumn(string text, string message)
    {
        text = text.Replace("{63}", string.Join(",", Enumerable.Repeat("0", 63)));
        Assert.Contains(message, Assert.Throws<FormatException>(() => Catalog.ReadDigits(Encoding.UTF8.GetBytes(text))).Message);
    }

    [Fact]
    public void DamagedIdxPairsAreOneLine()
    {
        using var folder = new TemporaryFolder();
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4], labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];
        string imagePath = folder.Write("i", images), labelPath = folder.Write("l", labels);
        Assert.Equal([7L, 9], Catalog.ReadIdxPair(imagePath, labelPath).Labels);
        Assert.Equal($"{labelPath}: holds UInt8 [2], not images (UInt8 with 3 dimensions)", Assert.Throws<FormatException>(() => Catalog.ReadIdxPair(labelPath, labelPath)).Message);
        Assert.Contains("not labels", Assert.Throws<FormatException>(() => Catalog.ReadIdxPair(imagePath, imagePath)).Message);
        string range = folder.Write("r", [.. labels[..9], 10]);
        Assert.Equal($"{range}: label 1 is 10, outside 0 to 9", Assert.Throws<DataException>(() => Catalog.ReadIdxPair(imagePath, range)).Message);
        string fewer = folder.Write("f", [0, 0, 8, 1, 0, 0, 0, 1, 7]);
        Assert.Equal($"{fewer}: has 1 labels for 2 images", Assert.Throws<DataException>(() => Catalog.ReadIdxPair(imagePath, fewer)).Message);
    }

    [Fact]
    public void MnistFilesInHebbDataAreThePublishedOnes()
    {
        var store = DataStore.FromEnvironment(offline: true);
        var entry = Catalog.Find("mnist");
        Assert.SkipUnless(store.Has(entry), "MNIST is neither in HEBB_DATA nor in the cache");
        foreach (var file in entry.Files) Assert.Equal((file.Sha256, file.Bytes), DataStore.Hash(store.Require(entry, file.Name)));
    }
}
