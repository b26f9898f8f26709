using Hebb.Data;

namespace Hebb.Cli.Tests.Commands;

/// <summary>Folders of pictures and of texts, a subfolder for each class.</summary>
public sealed class FitFolderTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void PicturesBecomeAModelThatPredicts()
    {
        // Bars that stand and bars that lie, in gray, among noise.
        var random = new Random(1);
        foreach (string kind in (string[])["lying", "standing"])
        {
            Directory.CreateDirectory(_cli.At("bars", kind));
            for (int i = 0; i < 40; i++)
            {
                var image = new Image(12, 12, 1);
                int at = 2 + random.Next(8);
                for (int p = 0; p < 144; p++) image.Pixels[p] = (byte)((kind == "standing" ? p % 12 : p / 12) == at ? 200 + random.Next(50) : random.Next(60));
                Png.Write(_cli.At("bars", kind, $"{i}.png"), image);
            }
        }
        File.WriteAllText(_cli.At("bars", "lying", "broken.png"), "no picture");
        string output = _cli.Succeed("fit", "bars", "--epochs", "6", "--out", "run", "--json");
        Assert.StartsWith("bars: 80 pictures of 12x12, gray; predicting one of 2 classes\n", output);
        Assert.Matches(@"(?m)^  ! lying/broken.png: .*: left out$", output.Replace('\\', '/'));
        Assert.Contains("residual network", output);
        Assert.InRange(Cli.Json(output).GetProperty("value").GetDouble(), 0.6, 1);
        Assert.Contains("standing ", _cli.Succeed("predict", "run", Path.Combine("bars", "standing", "3.png"), "--top", "2"));
    }

    [Fact]
    public void TextsBecomeAModelThatPredicts()
    {
        var random = new Random(1);
        string[] good = ["fine", "lovely", "great"], bad = ["dull", "awful", "poor"], other = ["film", "story", "actor", "music", "end"];
        foreach (var (kind, words) in ((string, string[])[])[("bad", bad), ("good", good)])
        {
            Directory.CreateDirectory(_cli.At("reviews", kind));
            for (int i = 0; i < 60; i++) File.WriteAllText(_cli.At("reviews", kind, $"{i}.txt"), $"A {words[random.Next(3)]} {other[random.Next(5)]}, the {other[random.Next(5)]} number {i} too.");
        }
        string output = _cli.Succeed("fit", "reviews", "--epochs", "20", "--out", "run", "--json");
        Assert.StartsWith("reviews: 120 texts; predicting one of 2 classes\n", output);
        Assert.InRange(Cli.Json(output).GetProperty("value").GetDouble(), 0.95, 1);
        File.WriteAllText(_cli.At("new.txt"), "An awful story and a dull end.");
        Assert.StartsWith("new.txt: bad ", _cli.Succeed("predict", "run", "new.txt"));
    }

    [Fact]
    public void FoldersThatAreNotAsNeededAreOneLine()
    {
        Directory.CreateDirectory(_cli.At("empty"));
        Assert.Equal("empty: has neither pictures (.png, .jpg, .jpeg, .webp, .jp2, .j2k) nor texts (.txt) in subfolders", _cli.Fail(1, "fit", "empty"));
        Directory.CreateDirectory(_cli.At("one", "cat"));
        File.WriteAllText(_cli.At("one", "cat", "a.txt"), "x");
        Assert.Equal("one: has files of a single class, cat: there is nothing to predict", _cli.Fail(1, "fit", "one"));
        File.WriteAllText(_cli.At("empty", "a.txt"), "x");
        Assert.StartsWith("empty: its files lie side by side; a subfolder for each class is needed, such as ", _cli.Fail(1, "fit", "empty"));
        Assert.Equal("fit: --target is for tables: the classes of a folder are its subfolders", _cli.Fail(2, "fit", "one", "--target", "x"));
    }
}
