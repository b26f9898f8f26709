namespace Hebb.Data.Tests;

public class CatalogTests
{
    [Fact]
    public void DigitsAreSplitInFileOrder()
    {
        var (train, test) = Catalog.Digits();
        Assert.Equal((1437, 360), (train.Count, test.Count));
        Assert.Equal(Shape.Create([1437, 1, 8, 8]), train.Inputs.Shape);
        Assert.Equal(Shape.Create([360, 1, 8, 8]), test.Inputs.Shape);
        Assert.Equal((DType.Float32, DType.Int64), (test.Inputs.DType, test.Targets.DType));
        var (pixels, labels) = Catalog.ReadDigits(Catalog.DigitsFile());
        Assert.Equal(pixels, train.Inputs.ToArray<float>().Concat(test.Inputs.ToArray<float>()));
        Assert.Equal(labels, train.Targets.ToArray<long>().Concat(test.Targets.ToArray<long>()));
        Assert.Equal(10, train.Info.Labels!.Count);
        Assert.Equal(new ImagePreprocessing(1, 8, 8), train.Info.Preprocessing);
    }

    [Fact]
    public void MnistHasItsKnownMoments()
    {
        var store = DataStore.FromEnvironment(offline: true);
        Assert.SkipUnless(store.Has(Catalog.Find("mnist")), "MNIST is neither in HEBB_DATA nor in the cache");
        var (train, test) = Catalog.Mnist(store);
        Assert.Equal(Shape.Create([60_000, 1, 28, 28]), train.Inputs.Shape);
        Assert.Equal(Shape.Create([10_000, 1, 28, 28]), test.Inputs.Shape);
        double sum = 0, squares = 0;
        foreach (float value in train.Inputs.AsSpan<float>())
        {
            sum += value;
            squares += (double)value * value;
        }
        double mean = sum / train.Inputs.Count;
        Assert.Equal(0.1307, mean, 1e-4);
        Assert.Equal(0.3081, Math.Sqrt(squares / train.Inputs.Count - mean * mean), 1e-4);
        Assert.Equal([5L, 0, 4, 1, 9], train.Targets.ToArray<long>()[..5]);
        Assert.Equal([7L, 2, 1, 0, 4], test.Targets.ToArray<long>()[..5]);
    }

    [Fact]
    public void MissingMnistSaysHowToGetIt()
    {
        var error = Assert.Throws<DataException>(() => Catalog.Mnist(new DataStore(null, Path.Combine(Path.GetTempPath(), "hebb-none"))));
        Assert.Contains("hebb data get mnist", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void DamagedMnistIsOneLine()
    {
        using var folder = new TemporaryFolder();
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2], labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
        string path = folder.Write("mnist/train-images-idx3-ubyte", images);
        folder.Write("mnist/train-labels-idx1-ubyte.gz", IdxTests.Zip(labels));
        var store = new DataStore(folder.Root, folder.Root);
        Assert.Equal($"{path}: has pictures of 2x1, MNIST has 28x28", Assert.Throws<FormatException>(() => Catalog.Mnist(store)).Message);
        File.WriteAllBytes(path, images[..10]);
        Assert.StartsWith($"{path}: is truncated", Assert.Throws<FormatException>(() => Catalog.Mnist(store)).Message);
    }
}
