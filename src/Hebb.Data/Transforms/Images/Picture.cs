namespace Hebb.Data;

/// <summary>One picture of a batch and the place for what becomes of it: planes of floats, one a channel. Bytes come as floats too, and stay whole numbers.</summary>
internal readonly ref struct Picture
{
    public required ReadOnlySpan<float> From { get; init; }

    public required Span<float> To { get; init; }

    public required int Channels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int ToHeight { get; init; }

    public required int ToWidth { get; init; }

    /// <summary>The value of white: 255 for bytes, 1 for floats.</summary>
    public required float White { get; init; }

    public bool IsBytes => White == 255;

    public int Plane => Height * Width;

    public int ToPlane => ToHeight * ToWidth;

    public ReadOnlySpan<float> Source(int channel) => From.Slice(channel * Plane, Plane);

    public Span<float> Result(int channel) => To.Slice(channel * ToPlane, ToPlane);

    /// <summary>The result as it is, to be changed further in place.</summary>
    public Picture Again() => new() { From = To, To = To, Channels = Channels, Height = ToHeight, Width = ToWidth, ToHeight = ToHeight, ToWidth = ToWidth, White = White };

    public void Copy()
    {
        if (From != To)
            From.CopyTo(To);
    }
}
