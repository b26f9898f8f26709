using System.Text;
using System.Text.Json;

namespace Hebb.Data.Tests;

public class PreprocessingTests
{
    [Fact]
    public void MakesInputsFromPictures()
    {
        var gray = new ImagePreprocessing(1, 1, 2, [0.5], [0.25]);
        Assert.Equal([-2f, 2], gray.Apply(new Image(2, 1, 1, [0, 255])).ToArray<float>());
        Assert.Equal([-2f, 2], gray.Apply(new Image(2, 1, 3, [0, 0, 0, 255, 255, 255])).ToArray<float>());

        var rgb = new ImagePreprocessing(3, 1, 2);
        var input = rgb.Apply(new Image(2, 1, 3, [255, 0, 51, 0, 102, 255]));
        Assert.Equal(Shape.Create([3, 1, 2]), input.Shape);
        Assert.Equal([1f, 0, 0, 102 / 255f, 51 / 255f, 1], input.ToArray<float>());
    }

    [Fact]
    public void ComesBackToTheSamePicture()
    {
        var image = new Image(5, 4, 3);
        new Random(1).NextBytes(image.Pixels);
        var preprocessing = new ImagePreprocessing(3, 4, 5, [0.4, 0.5, 0.6], [0.2, 0.3, 0.4]);
        Assert.Equal(image, preprocessing.ToImage(preprocessing.Apply(image)));
        Assert.Throws<ShapeException>(() => preprocessing.ToImage(Tensor.Zeros([1, 4, 5])));
    }

    [Fact]
    public void ADigitSurvivesPng()
    {
        var (_, test) = Catalog.Digits();
        var preprocessing = (ImagePreprocessing)test.Info.Preprocessing!;
        for (int i = 0; i < 20; i++)
        {
            var input = test[i].Input.ToArray<float>();
            var again = preprocessing.Apply(Png.Decode(Png.Encode(preprocessing.ToImage(test[i].Input)))).ToArray<float>();
            for (int p = 0; p < input.Length; p++) Assert.Equal(input[p], again[p], 0.5 / 255 + 1e-6);
        }
    }

    [Fact]
    public void StandardizeChangesDataAndPreprocessingAlike()
    {
        var (train, _) = Catalog.Digits();
        var once = train.Standardize([0.3], [0.4]);
        var twice = once.Standardize([0.1], [2]);
        Assert.Equal(((train.Inputs.ToArray<float>()[3] - 0.3) / 0.4 - 0.1) / 2, twice.Inputs.ToArray<float>()[3], 1e-6);
        var image = ((ImagePreprocessing)train.Info.Preprocessing!).ToImage(train[7].Input);
        var served = twice.Info.Preprocessing is ImagePreprocessing p ? p.Apply(image).ToArray<float>() : [];
        var trained = twice[7].Input.ToArray<float>();
        for (int i = 0; i < 64; i++) Assert.Equal(trained[i], served[i], 0.01);
        Assert.Throws<ShapeException>(() => train.Standardize([1, 2], [1, 2]));
    }

    [Fact]
    public void JsonComesBackEqual()
    {
        var preprocessing = new ImagePreprocessing(3, 32, 48, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) preprocessing.WriteJson(writer);
        Assert.Equal(preprocessing, Preprocessing.FromJson(JsonDocument.Parse(stream.ToArray()).RootElement));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{}", "no JSON object")]
    [InlineData("{\"kind\": 3}", "no JSON object")]
    [InlineData("{\"kind\": \"smell\"}", "\"smell\" is not known")]
    [InlineData("{\"kind\": \"image\"}", "has no \"channels\"")]
    [InlineData("{\"kind\": \"image\", \"channels\": 2, \"height\": 1, \"width\": 1, \"mean\": [0], \"deviation\": [1]}", "2 channels")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 1.5, \"width\": 1, \"mean\": [0], \"deviation\": [1]}", "height is no integer")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 99999999, \"width\": 1, \"mean\": [0], \"deviation\": [1]}", "must be 1 to")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 1, \"width\": 1, \"mean\": 0, \"deviation\": [1]}", "mean is no list")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 1, \"width\": 1, \"mean\": [null], \"deviation\": [1]}", "mean[0] is no number")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 1, \"width\": 1, \"mean\": [0, 0], \"deviation\": [1]}", "2 means")]
    [InlineData("{\"kind\": \"image\", \"channels\": 1, \"height\": 1, \"width\": 1, \"mean\": [0], \"deviation\": [0]}", "positive")]
    public void BadJsonIsOneLine(string json, string message)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(json));
        var error = Assert.Throws<FormatException>(() => Preprocessing.FromJson(document.RootElement));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
