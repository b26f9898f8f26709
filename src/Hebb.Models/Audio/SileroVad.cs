namespace Hebb.Models;

/// <summary>
/// Silero's voice activity detector, version 5, for sound of 16 kHz: the probability of speech for every 512 samples (32 ms). A short-time Fourier transform as a convolution, four
/// convolutions, an LSTM that remembers what came before.
/// <para>State: <c>stft_conv</c>, <c>conv1</c> to <c>conv4</c>, <c>lstm_cell</c>, <c>final_conv</c>.</para>
/// <code>float[] speech = vad.Detect(samples);         // one probability every 32 ms</code>
/// </summary>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class SileroVad(Rng? rng = null) : Module
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 16000;

    /// <summary>New samples of a step.</summary>
    public const int Window = 512;

    /// <summary>Samples before them that a step looks at again.</summary>
    public const int Context = 64;

    private const int Bins = 129;

    public Conv1d StftConv { get; } = new(1, 2 * Bins, 256, stride: 128, bias: false, rng: rng);

    public Conv1d Conv1 { get; } = new(Bins, 128, 3, padding: 1, rng: rng);

    public Conv1d Conv2 { get; } = new(128, 64, 3, stride: 2, padding: 1, rng: rng);

    public Conv1d Conv3 { get; } = new(64, 64, 3, stride: 2, padding: 1, rng: rng);

    public Conv1d Conv4 { get; } = new(64, 128, 3, padding: 1, rng: rng);

    public LSTMCell LstmCell { get; } = new(128, 128, rng: rng);

    public Conv1d FinalConv { get; } = new(128, 1, 1, rng: rng);

    /// <summary>One step of each of several sounds.</summary>
    /// <param name="samples">[N, 576]: the last 64 samples of the step before (zeros at first), then 512 new ones, of -1 to 1.</param>
    /// <param name="hidden">The hidden state of the step before, [N, 128]; null at first.</param>
    /// <param name="cell">The cell state of the step before, [N, 128]; null at first.</param>
    /// <returns>The probability of speech, [N, 1], and the states for the next step.</returns>
    /// <exception cref="ShapeException">There are not 576 samples.</exception>
    public (Tensor Probability, Tensor Hidden, Tensor Cell) Step(Tensor samples, Tensor? hidden = null, Tensor? cell = null) => Enter(() => Run(samples, hidden, cell));

    /// <summary>The probability of speech in each 512 samples of a sound, in order; the last ones are filled up with zeros. The module is best in eval mode.</summary>
    /// <param name="samples">Of -1 to 1, 16,000 a second.</param>
    public float[] Detect(ReadOnlySpan<float> samples)
    {
        using var noGrad = GradMode.NoGrad();
        var probabilities = new float[(samples.Length + Window - 1) / Window];
        var window = new float[Context + Window];
        Tensor? hidden = null, cell = null;
        for (int i = 0; i < probabilities.Length; i++)
        {
            window.AsSpan(Window).CopyTo(window);
            var fresh = samples[(i * Window)..Math.Min(samples.Length, (i + 1) * Window)];
            window.AsSpan(Context).Clear();
            fresh.CopyTo(window.AsSpan(Context));
            (var probability, hidden, cell) = Step(Tensor.From(window, [1, window.Length]), hidden, cell);
            probabilities[i] = probability.Item<float>();
        }
        return probabilities;
    }

    /// <summary>The probability of speech, [N, 1], of a step without any before it.</summary>
    protected override Tensor Forward(Tensor x) => Run(x, null, null).Probability;

    private (Tensor Probability, Tensor Hidden, Tensor Cell) Run(Tensor samples, Tensor? hidden, Tensor? cell)
    {
        if (samples.Rank != 2 || samples.Shape[1] != Context + Window)
            throw new ShapeException($"SileroVad: samples {samples.Shape} are not [N, {Context + Window}]");
        var x = samples.Unsqueeze(1).Pad([0, Context], PadMode.Reflect);
        var spectrum = StftConv.Call(x);
        var (re, im) = (spectrum.Narrow(1, 0, Bins), spectrum.Narrow(1, Bins, Bins));
        x = (re.Square() + im.Square()).Sqrt();
        x = Conv2.Call(Conv1.Call(x).Relu()).Relu();
        x = Conv4.Call(Conv3.Call(x).Relu()).Relu();
        var (h, c) = LstmCell.CallWithState(x.Squeeze(-1), hidden, cell);
        return (FinalConv.Call(h.Unsqueeze(-1).Relu()).Sigmoid().Squeeze(-1), h, c);
    }
}
