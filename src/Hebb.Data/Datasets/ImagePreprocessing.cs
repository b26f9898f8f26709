using System.Text.Json;
using Hebb.Files;

namespace Hebb.Data;

/// <summary>
/// A picture as Float32 [channels, height, width]: converted to gray or RGB, resized, scaled to 0..1, then standardized by channel.
/// </summary>
public sealed record ImagePreprocessing : Preprocessing
{
    internal const string KindName = "image";
    private const int MaxSide = 1 << 16;

    /// <param name="channels">1 for gray, 3 for RGB.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="mean">Subtracted by channel after scaling; by default 0.</param>
    /// <param name="deviation">Divided by, by channel; by default 1.</param>
    /// <exception cref="DataException">A size or number is out of range.</exception>
    public ImagePreprocessing(int channels, int height, int width, IReadOnlyList<double>? mean = null, IReadOnlyList<double>? deviation = null)
    {
        if (channels is not (1 or 3)) throw new DataException($"image preprocessing: {channels} channels: must be 1 or 3");
        if (height is < 1 or > MaxSide || width is < 1 or > MaxSide) throw new DataException($"image preprocessing: {width}x{height}: must be 1 to {MaxSide} a side");
        mean ??= new double[channels];
        deviation ??= [.. Enumerable.Repeat(1.0, channels)];
        if (mean.Count != channels || deviation.Count != channels)
            throw new DataException($"image preprocessing: {mean.Count} means and {deviation.Count} deviations for {channels} channels");
        for (int i = 0; i < channels; i++)
        {
            if (!double.IsFinite(mean[i]) || !double.IsFinite(deviation[i]) || deviation[i] <= 0)
                throw new DataException("image preprocessing: means must be finite, deviations finite and positive");
        }
        (Channels, Height, Width, Mean, Deviation) = (channels, height, width, mean, deviation);
    }

    public override string Kind => KindName;

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public IReadOnlyList<double> Mean { get; }

    public IReadOnlyList<double> Deviation { get; }

    /// <summary>The input for one picture: [channels, height, width].</summary>
    public Tensor Apply(Image image)
    {
        image = (Channels == 1 ? image.ToGray() : image.ToRgb()).Resize(Width, Height);
        var result = Tensor.Empty([Channels, Height, Width]);
        var values = result.AsSpan<float>();
        int plane = Height * Width;
        for (int c = 0; c < Channels; c++)
        {
            float mean = (float)Mean[c], scale = (float)(1 / Deviation[c]);
            for (int i = 0; i < plane; i++) values[c * plane + i] = (image.Pixels[i * Channels + c] / 255f - mean) * scale;
        }
        return result;
    }

    /// <summary>The picture that an input shows: undoes scaling, clips to 0..255 and rounds.</summary>
    /// <exception cref="ShapeException">The input is not [channels, height, width].</exception>
    public Image ToImage(Tensor input)
    {
        if (input.Shape != Shape.Create([Channels, Height, Width])) throw new ShapeException($"ToImage: {input.Shape} is not [{Channels}, {Height}, {Width}]");
        input = input.Contiguous();
        var values = input.AsSpan<float>();
        var image = new Image(Width, Height, Channels);
        int plane = Height * Width;
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int c = i % Channels;
            double value = (values[c * plane + i / Channels] * Deviation[c] + Mean[c]) * 255;
            image.Pixels[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }
        GC.KeepAlive(input);
        return image;
    }

    /// <summary>This, followed by another standardization.</summary>
    internal ImagePreprocessing Then(IReadOnlyList<double> mean, IReadOnlyList<double> deviation) => new(Channels, Height, Width,
        [.. mean.Select((m, c) => Mean[c] + m * Deviation[c])], [.. deviation.Select((d, c) => d * Deviation[c])]);

    public bool Equals(ImagePreprocessing? other) => other is not null && (Channels, Height, Width) == (other.Channels, other.Height, other.Width)
        && Mean.SequenceEqual(other.Mean) && Deviation.SequenceEqual(other.Deviation);

    public override int GetHashCode() => HashCode.Combine(Channels, Height, Width, Mean[0], Deviation[0]);

    public override void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", KindName);
        writer.WriteNumber("channels", Channels);
        writer.WriteNumber("height", Height);
        writer.WriteNumber("width", Width);
        WriteNumbers(writer, "mean", Mean);
        WriteNumbers(writer, "deviation", Deviation);
        writer.WriteEndObject();
    }

    internal static ImagePreprocessing Read(Json json)
    {
        try
        {
            return new ImagePreprocessing(json["channels"].Int(), json["height"].Int(), json["width"].Int(), Numbers(json["mean"]), Numbers(json["deviation"]));
        }
        catch (DataException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IReadOnlyList<double> values)
    {
        writer.WriteStartArray(name);
        foreach (double value in values) writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static double[] Numbers(Json json)
    {
        var items = json.Items();
        var numbers = new double[items.Count];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = items[i].Number();
        return numbers;
    }
}
