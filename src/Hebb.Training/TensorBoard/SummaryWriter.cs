using Hebb.Data;

namespace Hebb;

/// <summary>
/// Writes figures that TensorBoard shows, under the names of <c>torch.utils.tensorboard.SummaryWriter</c>. The files need no TensorBoard to be written.
/// <code>using var writer = new SummaryWriter("logs/first");
/// writer.AddScalar("loss", 0.3, step: 100);</code>
/// </summary>
/// <param name="logDir">The folder; each writer has a file of its own in it.</param>
/// <exception cref="HebbException">The folder can't be written to; so from all methods.</exception>
public sealed class SummaryWriter(string logDir) : IDisposable
{
    private const int Bins = 30, StringType = 7;

    private readonly EventFile _file = new(logDir);

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>A number, which becomes a point of a curve.</summary>
    public void AddScalar(string tag, double value, long step) => Add(step, Value(tag, "scalars").Float(2, (float)value));

    /// <summary>How values are distributed, in 30 buckets of one width between the smallest and the largest. Those that are not finite are left out.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="values">Real, of any shape.</param>
    /// <param name="step">When.</param>
    public void AddHistogram(string tag, Tensor values, long step)
    {
        using var noGrad = GradMode.NoGrad();
        double[] all = [.. values.Detach().To(DType.Float64).ToArray<double>().Where(double.IsFinite)];
        double min = all.Length == 0 ? 0 : all.Min(), max = all.Length == 0 ? 0 : all.Max();
        int bins = max > min ? Bins : 1;
        var limits = new double[bins];
        var counts = new double[bins];
        for (int i = 0; i < bins; i++)
            limits[i] = i == bins - 1 ? max : min + (max - min) * (i + 1) / bins;
        foreach (double value in all)
            counts[max > min ? Math.Min(bins - 1, (int)((value - min) / (max - min) * bins)) : 0]++;
        var histogram = new ProtoWriter().Double(1, min).Double(2, max).Double(3, all.Length).Double(4, all.Sum()).Double(5, all.Sum(v => v * v)).Doubles(6, limits).Doubles(7, counts);
        Add(step, Value(tag, "histograms").Message(5, histogram));
    }

    /// <summary>A picture.</summary>
    public void AddImage(string tag, Image image, long step)
    {
        // 1 grey, 2 grey with alpha, 3 RGB, 4 RGBA: TensorBoard's numbers of colour spaces are the numbers of channels.
        var picture = new ProtoWriter().Varint(1, image.Height).Varint(2, image.Width).Varint(3, image.Channels).Bytes(4, Png.Encode(image));
        Add(step, Value(tag, "images").Message(4, picture));
    }

    /// <summary>Text, which TensorBoard reads as Markdown.</summary>
    public void AddText(string tag, string text, long step)
    {
        var one = new ProtoWriter().Varint(1, 1);
        var tensor = new ProtoWriter().Varint(1, StringType).Message(2, new ProtoWriter().Message(2, one)).Text(8, text);
        Add(step, Value(tag, "text").Message(8, tensor));
    }

    /// <summary>Says that a run goes on from a step: what an earlier file tells of later ones does not hold.</summary>
    internal void Resume(long step) => _file.Write(EventFile.Event(step + 1).Message(7, new ProtoWriter().Varint(1, 1)));

    /// <summary>Writes out what is still in memory.</summary>
    public void Flush() => _file.Flush();

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static ProtoWriter Value(string tag, string plugin) =>
        new ProtoWriter().Text(1, tag).Message(9, new ProtoWriter().Message(1, new ProtoWriter().Text(1, plugin)));

    private void Add(long step, ProtoWriter value) => _file.Write(EventFile.Event(step).Message(5, new ProtoWriter().Message(1, value)));
}
