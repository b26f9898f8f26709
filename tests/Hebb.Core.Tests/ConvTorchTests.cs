using System.Globalization;
using Hebb.Cpu;

namespace Hebb.Tests;

/// <summary>Convolution and pooling against stored values of PyTorch (ConvTorchGolden.py).</summary>
public unsafe class ConvTorchTests
{
    public static TheoryData<int> Lines => [.. Enumerable.Range(0, Read().Length)];

    [Theory, MemberData(nameof(Lines))]
    public void Values_and_gradients_are_those_of_PyTorch(int line)
    {
        string[] parts = Read()[line].Split(';');
        var ints = new Queue<long>(parts[1].Split(',').Select(long.Parse));
        Dictionary<string, double[]> expected = parts[2..].Select(p => p.Split('=')).ToDictionary(
            p => p[0], p => p[1].Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray());
        int rank = (int)ints.Dequeue();
        long[] Next() => [.. Enumerable.Range(0, rank).Select(_ => ints.Dequeue())];
        switch (parts[0])
        {
            case "conv" or "transposed":
                (long n, long i, long o, long groups) = (ints.Dequeue(), ints.Dequeue(), ints.Dequeue(), ints.Dequeue());
                long[] size = Next(), kernel = Next(), stride = Next(), pad = Next(), dilation = Next();
                Conv(ConvGeometry.Create(n, i, o, groups, size, kernel, stride, pad, pad, dilation), expected);
                break;
            case "max":
                (long planes, bool ceil) = (ints.Dequeue(), ints.Dequeue() != 0);
                (size, kernel, stride, pad) = (Next(), Next(), Next(), Next());
                Max(PoolingGeometry.Create(planes, size, kernel, stride, pad, pad, Next(), ceil), expected);
                break;
            case "average":
                (planes, ceil, bool count, long divisor) = (ints.Dequeue(), ints.Dequeue() != 0, ints.Dequeue() != 0, ints.Dequeue());
                (size, kernel, stride, pad) = (Next(), Next(), Next(), Next());
                Average(PoolingGeometry.Create(planes, size, kernel, stride, pad, pad, Next(), ceil), count, divisor, expected);
                break;
            default:
                planes = ints.Dequeue();
                Adaptive(parts[0] == "adaptivemax", planes, Axes.From(Next(), 1), Axes.From(Next(), 1), expected);
                break;
        }
    }

    static string[] Read()
    {
        using Stream stream = typeof(ConvTorchTests).Assembly.GetManifestResourceStream("ConvTorch.golden.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    static Native<double> Fill(long length, int factor, int modulus, int shift, double scale)
    {
        var memory = new Native<double>(null, length);
        for (long i = 0; i < length; i++)
            memory.P[i] = ((i * factor % modulus) - shift) / scale;
        return memory;
    }

    static Native<double> X(long length) => Fill(length, 37, 23, 11, 4);

    static Native<double> DY(long length) => Fill(length, 13, 11, 5, 4);

    static void Near(double[] expected, Native<double> got)
    {
        Assert.Equal(expected.Length, got.Span.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], got.P[i], 1e-12);
    }

    static void Conv(in ConvGeometry g, Dictionary<string, double[]> expected)
    {
        long outSize = g.Batch * g.OutChannels * g.Output.Product, inSize = g.Batch * g.InChannels * g.Input.Product;
        long weights = g.OutChannels * g.GroupIn * g.Kernel.Product;
        using Native<double> x = X(inSize), w = Fill(weights, 29, 17, 8, 8), dy = DY(outSize);
        using Native<double> outBias = Fill(g.OutChannels, 5, 7, 3, 2), inBias = Fill(g.InChannels, 5, 7, 3, 2);
        using Native<double> y = new(null, outSize), dx = new(null, inSize), dw = new(null, weights), db = new(null, g.OutChannels);
        if (expected.TryGetValue("x", out double[]? transposed))
        {
            ConvKernels.DataGrad(g, dy.P, w.P, inBias.P, dx.P);
            Near(transposed, dx);
            return;
        }
        ConvKernels.Forward(g, x.P, w.P, outBias.P, y.P);
        ConvKernels.DataGrad(g, dy.P, w.P, null, dx.P);
        ConvKernels.WeightGrad(g, x.P, dy.P, dw.P);
        ConvKernels.BiasGrad(g, dy.P, db.P);
        Near(expected["y"], y);
        Near(expected["dx"], dx);
        Near(expected["dw"], dw);
        Near(expected["db"], db);
    }

    static void Max(in PoolingGeometry g, Dictionary<string, double[]> expected)
    {
        long inSize = g.Input.Product, outSize = g.Output.Product;
        using Native<double> x = X(g.Planes * inSize), dy = DY(g.Planes * outSize), y = new(null, g.Planes * outSize), dx = new(null, g.Planes * inSize);
        using Native<long> index = new(null, g.Planes * outSize);
        PoolingKernels.Max(g, x.P, y.P, index.P);
        PoolingKernels.Scatter(g.Planes, inSize, outSize, dy.P, index.P, dx.P);
        Near(expected["y"], y);
        Assert.Equal(expected["index"], index.Span.ToArray().Select(v => (double)v));
        Near(expected["dx"], dx);
    }

    static void Average(in PoolingGeometry g, bool count, long divisor, Dictionary<string, double[]> expected)
    {
        long inSize = g.Planes * g.Input.Product, outSize = g.Planes * g.Output.Product;
        using Native<double> x = X(inSize), dy = DY(outSize), y = new(null, outSize), dx = new(null, inSize);
        PoolingKernels.Average(g, count, divisor, x.P, y.P);
        PoolingKernels.AverageGrad(g, count, divisor, dy.P, dx.P);
        Near(expected["y"], y);
        Near(expected["dx"], dx);
    }

    static void Adaptive(bool max, long planes, Axes input, Axes output, Dictionary<string, double[]> expected)
    {
        long inSize = input.Product, outSize = output.Product;
        using Native<double> x = X(planes * inSize), dy = DY(planes * outSize), y = new(null, planes * outSize), dx = new(null, planes * inSize);
        using Native<long> index = new(null, planes * outSize);
        if (max)
        {
            PoolingKernels.AdaptiveMax(planes, input, output, x.P, y.P, index.P);
            PoolingKernels.Scatter(planes, inSize, outSize, dy.P, index.P, dx.P);
            Assert.Equal(expected["index"], index.Span.ToArray().Select(v => (double)v));
        }
        else
        {
            PoolingKernels.AdaptiveAverage(planes, input, output, x.P, y.P);
            PoolingKernels.AdaptiveAverageGrad(planes, input, output, dy.P, dx.P);
        }
        Near(expected["y"], y);
        Near(expected["dx"], dx);
    }
}
