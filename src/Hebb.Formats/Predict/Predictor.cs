using Hebb.Data;

namespace Hebb;

/// <summary>
/// Makes predictors of saved models.
/// <code>var digits = Predictor.OpenImageClassifier("digits.hebb");
/// Console.WriteLine(digits.Predict(Image.Read("photo.jpg")));     // three 98.3 % (eight 1.2 %, five 0.3 %)</code>
/// </summary>
public static class Predictor
{
    /// <summary>A predictor that encodes and decodes as told.</summary>
    /// <param name="path">A file that <c>model.Save</c> wrote.</param>
    /// <param name="encode">Makes one input, without the batch axis.</param>
    /// <param name="decode">Reads one output, without the batch axis.</param>
    /// <exception cref="FormatException">The file is no Hebb model, or damaged.</exception>
    /// <exception cref="DataException">There is no such file.</exception>
    public static Predictor<TIn, TOut> Open<TIn, TOut>(string path, Func<TIn, Tensor> encode, Func<Tensor, TOut> decode) => new(Model.LoadPackage(path), encode, decode);

    /// <summary>A classifier of pictures: prepares them as the file says, and names the classes as it does.</summary>
    /// <param name="path">A file that <c>model.Save</c> wrote.</param>
    /// <param name="top">How many of the likeliest classes a result lists.</param>
    /// <param name="output">What the model's numbers are.</param>
    /// <exception cref="DataException">There is no such file, or it lacks preprocessing or labels, or they do not fit the model.</exception>
    /// <exception cref="FormatException">The file is no Hebb model, or damaged.</exception>
    public static Predictor<Image, Classification> OpenImageClassifier(string path, int top = 3, ClassOutput output = ClassOutput.Auto) =>
        ImageClassifier(Model.LoadPackage(path), top, output, path);

    /// <summary>A classifier of pictures from a model in memory, whose <see cref="ModelInfo"/> holds preprocessing and labels.</summary>
    /// <inheritdoc cref="OpenImageClassifier"/>
    public static Predictor<Image, Classification> ImageClassifier(Module model, int top = 3, ClassOutput output = ClassOutput.Auto) => ImageClassifier(model, top, output, "the model");

    /// <summary>A classifier of rows of numbers, which names the classes as the file says.</summary>
    /// <inheritdoc cref="OpenImageClassifier"/>
    public static Predictor<float[], Classification> OpenClassifier(string path, int top = 3, ClassOutput output = ClassOutput.Auto)
    {
        var model = Model.LoadPackage(path);
        var reader = Classes(model, top, output, path);
        return new(model, new VectorEncoder(model).Encode, reader.Read);
    }

    /// <summary>The model as a function from numbers to numbers: one input's elements, row by row, to one output's.</summary>
    /// <param name="path">A file that <c>model.Save</c> wrote, of one float tensor to a tensor.</param>
    /// <exception cref="DataException">There is no such file, or the model takes something other than one tensor of floats.</exception>
    /// <exception cref="FormatException">The file is no Hebb model, or damaged.</exception>
    public static Predictor<float[], float[]> OpenVectors(string path)
    {
        var model = Model.LoadPackage(path);
        return new(model, new VectorEncoder(model).Encode, row => row.To(DType.Float32).ToArray<float>());
    }

    private static Predictor<Image, Classification> ImageClassifier(Module model, int top, ClassOutput output, string name)
    {
        if (ModelInfo.Of(model).Preprocessing is not { } preprocessing)
            throw new DataException($"{name}: holds no preprocessing, so pictures can't be made inputs; set ModelInfo.Of(model).Preprocessing before saving");
        if (preprocessing is not ImagePreprocessing images)
            throw new DataException($"{name}: prepares inputs of the kind {preprocessing.Kind}, not pictures");
        var reader = Classes(model, top, output, name);
        if (model is LoadedModel { Schema.Inputs: [var input, ..] }
            && (input.Sizes.Count != 4 || !input.Sizes.Skip(1).SequenceEqual([new(0, images.Channels), new(0, images.Height), new(0, images.Width)])))
        {
            throw new DataException($"{name}: prepares pictures as [{images.Channels}, {images.Height}, {images.Width}], but takes {input.Describe()}");
        }
        return new(model, images.Apply, reader.Read);
    }

    private static ClassReader Classes(Module model, int top, ClassOutput output, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (ModelInfo.Of(model).Labels is not { } labels)
            throw new DataException($"{name}: holds no labels, so classes have no names; set ModelInfo.Of(model).Labels before saving");
        if (model is LoadedModel { Schema.Outputs: [var scores, ..] })
        {
            int width = scores.Sizes.Count == 2 && scores.Sizes[1].Scale == 0 ? scores.Sizes[1].Offset : scores.Sizes.Count == 1 ? 1 : -1;
            if (labels.Count == 0 || (width != labels.Count && !(width == 1 && labels.Count == 2)))
                throw new DataException($"{name}: holds {labels.Count} labels, but gives {scores.Describe()}");
        }
        return new ClassReader(labels, top, ClassReader.GivesProbabilities(model, output));
    }
}

/// <summary>Predictions straight from picture files and bytes.</summary>
public static class ImagePredictions
{
    /// <summary>The prediction for a PNG, JPEG or WebP file.</summary>
    /// <exception cref="DataException">There is no such file.</exception>
    /// <exception cref="FormatException">It is neither, or damaged.</exception>
    public static TOut PredictFile<TOut>(this Predictor<Image, TOut> predictor, string path) => predictor.Predict(Image.Read(path));

    /// <summary>The prediction for the bytes of a PNG, JPEG or WebP file.</summary>
    /// <exception cref="FormatException">They are neither, or damaged.</exception>
    public static TOut Predict<TOut>(this Predictor<Image, TOut> predictor, ReadOnlySpan<byte> picture) => predictor.Predict(Image.Decode(picture));
}
