using Hebb.Data;
using Hebb.Formats.Tests.Package;
using static Hebb.Formats.Tests.Package.SavedModels;

namespace Hebb.Formats.Tests.Predict;

public sealed class PredictorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Digits(Action<ModelInfo>? change = null, Module? last = null)
    {
        var (model, inputs) = Make("cnn");
        if (last is not null)
            model = new Sequential(model, last);
        var info = ModelInfo.Of(model);
        info.Labels = ["zero", "one", "two", "three", "four"];
        info.Preprocessing = new ImagePreprocessing(1, 8, 8, [0.5], [0.25]);
        change?.Invoke(info);
        string path = Path.Combine(_folder, "digits.hebb");
        model.Save(path, inputs(2));
        return path;
    }

    private string Vectors(Module model, int width)
    {
        string path = Path.Combine(_folder, "vectors.hebb");
        model.Save(path, Tensor.Ones([2, width]));
        return path;
    }

    private static Image Picture(int seed)
    {
        var image = new Image(20, 15, 3);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    [Fact]
    public void ClassifiesPicturesAsTheModelDoes()
    {
        string path = Digits();
        var predictor = Predictor.OpenImageClassifier(path, top: 5);
        var model = Model.LoadPackage(path);
        var preprocessing = (ImagePreprocessing)model.Info.Preprocessing!;

        for (int seed = 0; seed < 5; seed++)
        {
            var result = predictor.Predict(Picture(seed));
            double[] logits = Array.ConvertAll(model.Call(preprocessing.Apply(Picture(seed)).Unsqueeze(0)).ToArray<float>(), v => (double)v);
            double sum = logits.Sum(Math.Exp);
            Assert.Equal(5, result.Top.Count);
            foreach (var score in result.Top)
            {
                Assert.Equal(Math.Exp(logits[score.Index]) / sum, score.Probability, 1e-9);
                Assert.Equal(model.Info.Labels![score.Index], score.Label);
            }
            Assert.Equal(result.Top.OrderByDescending(s => s.Probability), result.Top);
            Assert.Equal((result.Top[0].Label, result.Top[0].Index, result.Top[0].Probability), (result.Label, result.Index, result.Probability));
        }
    }

    [Fact]
    public void TakesFilesAndBytes()
    {
        var predictor = Predictor.OpenImageClassifier(Digits());
        var expected = predictor.Predict(Picture(3));
        string png = Path.Combine(_folder, "picture.png");
        Png.Write(png, Picture(3));

        Assert.Equal(expected, predictor.PredictFile(png));
        Assert.Equal(expected, predictor.Predict((ReadOnlySpan<byte>)Png.Encode(Picture(3))));
        Assert.Throws<DataException>(() => predictor.PredictFile(png + "x"));
        Assert.Throws<FormatException>(() => predictor.Predict((ReadOnlySpan<byte>)[1, 2, 3]));
    }

    [Fact]
    public void PrintsAsOneLine()
    {
        var result = new Classification([new("three", 3, 0.98345), new("eight", 8, 0.012), new("five", 5, 0.003)]);

        Assert.Equal("three 98.3 % (eight 1.2 %, five 0.3 %)", result.ToString());
        Assert.Equal("three 98.3 %", new Classification([result.Top[0]]).ToString());
    }

    [Fact]
    public void ABatchGivesWhatSingleCallsGive()
    {
        var predictor = Predictor.OpenImageClassifier(Digits());
        var pictures = Enumerable.Range(0, 10).Select(Picture).ToArray();
        var single = Array.ConvertAll(pictures, predictor.Predict);

        Assert.Equal(single.Select(s => s.Index), predictor.Predict(pictures).Select(s => s.Index));
        Assert.All(single.Zip(predictor.Predict(pictures)), p => Assert.Equal(p.First.Probability, p.Second.Probability, 1e-5));
        Assert.Equal(single.Select(s => s.Index), predictor.PredictMany(pictures, batchSize: 4).Select(s => s.Index));
        Assert.Empty(predictor.Predict(Array.Empty<Image>()));
        Assert.Empty(predictor.PredictMany([]));
    }

    [Fact]
    public async Task SixtyFourThreadsGetTheSerialBits()
    {
        var predictor = Predictor.OpenImageClassifier(Digits(), top: 5);
        var pictures = Enumerable.Range(0, 16).Select(Picture).ToArray();
        var expected = Array.ConvertAll(pictures, predictor.Predict);
        using var start = new Barrier(64);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(t => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            for (int i = 0; i < 16; i++)
                Assert.Equal(expected[(i + t) % 16], predictor.Predict(pictures[(i + t) % 16]));
        }, TaskCreationOptions.LongRunning)));
    }

    [Fact]
    public void ProbabilitiesAreTakenAsTheyAre()
    {
        var logits = Predictor.OpenImageClassifier(Digits());
        var softmax = Predictor.OpenImageClassifier(Digits(last: new Softmax(-1)));
        var log = Predictor.OpenImageClassifier(Digits(last: new LogSoftmax(-1)));

        Assert.Equal(logits.Predict(Picture(1)).Probability, softmax.Predict(Picture(1)).Probability, 1e-6);
        Assert.Equal(logits.Predict(Picture(1)).Probability, log.Predict(Picture(1)).Probability, 1e-6);
        Assert.NotEqual(softmax.Predict(Picture(1)).Probability, Predictor.OpenImageClassifier(Digits(last: new Softmax(-1)), output: ClassOutput.Logits).Predict(Picture(1)).Probability, 1e-3);
    }

    [Fact]
    public void OneOutputTellsTwoClassesApart()
    {
        var model = new Sequential(new Linear(4, 1));
        ModelInfo.Of(model).Labels = ["no", "yes"];
        var predictor = Predictor.OpenClassifier(Vectors(model, 4));
        double logit = model.Call(Tensor.From([1f, 2, 3, 4]).Unsqueeze(0)).Item();

        var result = predictor.Predict([1f, 2, 3, 4]);

        double yes = 1 / (1 + Math.Exp(-logit));
        Assert.Equal(yes > 0.5 ? "yes" : "no", result.Label);
        Assert.Equal(Math.Max(yes, 1 - yes), result.Probability, 1e-6);
        Assert.Equal(1, result.Top.Sum(s => s.Probability), 1e-12);
    }

    [Fact]
    public void FunctionsOfNumbers()
    {
        var (model, inputs) = Make("mlp");
        var predictor = Predictor.OpenVectors(Vectors(model, 8));
        model.Eval();

        float[] x = inputs(1)[0].ToArray<float>();
        Assert.Equal(model.Call(inputs(1)[0]).ToArray<float>(), predictor.Predict(x));
        Assert.Equal(2, predictor.Predict([x, x]).Length);
        Assert.Equal("input is 7 numbers, the model takes 8: float32[batch, 8]", Assert.Throws<ShapeException>(() => predictor.Predict(new float[7])).Message);
    }

    [Fact]
    public void AnythingWithAnEncoderAndADecoder()
    {
        var (model, inputs) = Make("embedding");
        string path = Path.Combine(_folder, "text.hebb");
        model.Save(path, inputs(2));

        var predictor = Predictor.Open<string, double>(path, text => Tensor.From(text.Select(c => (long)(c - 'a')).ToArray()), y => (y.Select(0, 0) - y.Select(0, 1)).Item());

        var y = model.Call(Tensor.From([7L, 4, 1, 1, 18], [1, 5]));
        Assert.Equal(y.ToArray<float>()[0] - (double)y.ToArray<float>()[1], predictor.Predict("hebbs"), 1e-6);
    }

    [Fact]
    public void TensorsThatComeOutOutliveTheCall()
    {
        var predictor = new Predictor<Tensor, Tensor>(new Lambda(x => x * 2.0), x => x, y => y);
        var y = predictor.Predict(Tensor.From([1f, 2]));

        for (int i = 0; i < 100; i++)
            predictor.Predict(Tensor.Zeros([2]));

        Assert.Equal([2f, 4], y.ToArray<float>());
    }

    [Fact]
    public void TakesBackWhatItMade()
    {
        Tensor? inside = null;
        var predictor = new Predictor<Tensor, int>(new Lambda(x => inside = x.Exp()), x => x, y => 0);
        predictor.Predict(Tensor.Ones([3]));

        Assert.Contains("after the TensorScope that owned it ended", Assert.Throws<HebbException>(() => inside!.ToArray<float>()).Message);
    }

    [Fact]
    public void DropoutIsOff()
    {
        var model = new Sequential(new Dropout(0.9));
        var predictor = new Predictor<float[], float[]>(model, x => Tensor.From(x), y => y.ToArray<float>());

        Assert.Equal([1f, 2, 3], predictor.Predict([1f, 2, 3]));
    }

    [Fact]
    public void AFixedBatchIsFilledUp()
    {
        var model = new Lambda(x => x.Reshape(4, -1) * 2.0);
        string path = Path.Combine(_folder, "fixed.hebb");
        model.Save(path, Tensor.Ones([4, 2]));
        var predictor = Predictor.OpenVectors(path);

        Assert.Equal(4, predictor.FixedBatch);
        Assert.Equal([2f, 4], predictor.Predict([1f, 2]));
        float[][] rows = [.. Enumerable.Range(0, 9).Select(i => new float[] { i, i })];
        Assert.Equal(rows.Select(r => r[0] * 2), predictor.Predict(rows).Select(r => r[0]));
        Assert.Equal(rows.Select(r => r[0] * 2), predictor.PredictMany(rows).Select(r => r[0]));
    }

    [Fact]
    public void SaysWhatAFileLacks()
    {
        string Message(Action<ModelInfo> change)
        {
            string path = Digits(change);
            string message = Assert.Throws<DataException>(() => Predictor.OpenImageClassifier(path)).Message;
            Assert.StartsWith(path + ": ", message);
            return message[(path.Length + 2)..];
        }

        Assert.Equal("holds no preprocessing, so pictures can't be made inputs; set ModelInfo.Of(model).Preprocessing before saving", Message(i => i.Preprocessing = null));
        Assert.Equal("holds no labels, so classes have no names; set ModelInfo.Of(model).Labels before saving", Message(i => i.Labels = null));
        Assert.Equal("holds 2 labels, but gives float32[batch, 5]", Message(i => i.Labels = ["a", "b"]));
        Assert.Equal("prepares pictures as [3, 8, 8], but takes float32[batch, 1, 8, 8]", Message(i => i.Preprocessing = new ImagePreprocessing(3, 8, 8)));
    }

    [Fact]
    public void SaysThatAModelTakesSomethingElse()
    {
        var (model, inputs) = Make("two inputs");
        string path = Path.Combine(_folder, "two.hebb");
        model.Save(path, inputs(2));

        Assert.Equal("the model takes input0: float32[batch, 6], input1: float32[batch, 4], not one batch of floats; use Predictor.Open with an encoder",
            Assert.Throws<DataException>(() => Predictor.OpenVectors(path)).Message);
        Assert.Equal($"{path}x: there is no such file", Assert.Throws<DataException>(() => Predictor.OpenVectors(path + "x")).Message);
    }

    [Fact]
    public void SaysThatAModelGivesNaN()
    {
        var model = new Lambda(x => x * double.NaN);
        ModelInfo.Of(model).Labels = ["a", "b"];
        var predictor = Predictor.OpenClassifier(Vectors(model, 2));

        Assert.Equal("the model gives NaN for this input", Assert.Throws<DataException>(() => predictor.Predict([1f, 2])).Message);
    }
}
