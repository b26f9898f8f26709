using System.Diagnostics;
using System.Globalization;

namespace Hebb.Benchmarks;

/// <summary>How long the first compiled function of a process takes to be traced and planned: a training step of a decoder, after one step op by op.</summary>
internal static class FirstCompile
{
    /// <summary>What a process is asked to do, in the place of a native library.</summary>
    public const string Name = "first-compile";

    private const int Processes = 5;

    /// <summary>Measures it in processes that have done nothing else.</summary>
    public static string Measure()
    {
        double[][] times = [.. Enumerable.Range(0, Processes).Select(_ => Ask())];
        double[] Column(int i) => [.. times.Select(t => t[i]).Order()];
        double[] compile = Column(1);
        return string.Create(CultureInfo.InvariantCulture,
            $"the first compile of a process, a training step of a GPT of 4 layers: {compile[Processes / 2]:0} ms ({compile[0]:0}-{compile[^1]:0} in {Processes} processes), between a first step op by op of {Column(0)[Processes / 2]:0} ms and a first replay of {Column(2)[Processes / 2]:0} ms");
    }

    /// <summary>The measured process: writes the milliseconds of a step op by op, of compiling, and of the first replay.</summary>
    public static int Run(TextWriter output)
    {
        var model = new Gpt(65, 64, 4, 128, 4);
        var optimizer = new AdamW(lr: 1e-3, weightDecay: 0.01);
        optimizer.Bind(model);
        var step = Transform.Compile(batch =>
        {
            var loss = Losses.CrossEntropy(model.Call(batch[0]), batch[1]);
            loss.Backward();
            GradientClipping.ByNorm(model.Parameters(), 1.0);
            optimizer.Step();
            optimizer.ZeroGrad();
            return [loss];
        }, model, strict: true);
        Tensor[] batch = [Tensor.From(Inputs.Whole(12 * 64, 1, 65), [12, 64]), Tensor.From(Inputs.Whole(12 * 64, 2, 65))], loss = [Tensor.Zeros([])];
        double eager = Milliseconds(() => step.CallInto(batch, loss)), compile = Milliseconds(() => step.PlannedBytes(batch)), replay = Milliseconds(() => step.CallInto(batch, loss));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{eager} {compile} {replay}"));
        return 0;
    }

    private static double[] Ask()
    {
        var start = Peer.Self(Name);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        string[] words = process.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        if (process.ExitCode != 0 || words.Length != 3) throw new HebbException($"bench: the process that compiles for the first time ended with {process.ExitCode}");
        return Array.ConvertAll(words, w => double.Parse(w, CultureInfo.InvariantCulture));
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
