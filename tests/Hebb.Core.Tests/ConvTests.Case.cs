using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Tests;

public unsafe partial class ConvTests
{
    /// <summary>One geometry with random operands: what the kernels give, and plain loops in double.</summary>
    sealed class Case<T> : IDisposable
        where T : unmanaged, INumber<T>
    {
        readonly ConvGeometry _g;

        public Case(ConvGeometry g, Random random)
        {
            _g = g;
            X = new(random, g.Batch * g.InChannels * g.Input.Product);
            W = new(random, g.OutChannels * g.GroupIn * g.Kernel.Product);
            Bias = new(random, g.OutChannels);
            BackBias = new(random, g.InChannels);
            Y = new(random, g.Batch * g.OutChannels * g.Output.Product);
            DY = new(random, g.Batch * g.OutChannels * g.Output.Product);
            DX = new(random, g.Batch * g.InChannels * g.Input.Product);
            DXBiased = new(random, g.Batch * g.InChannels * g.Input.Product);
            DW = new(random, g.OutChannels * g.GroupIn * g.Kernel.Product);
            DB = new(random, g.OutChannels);
        }

        public Native<T> X { get; }
        public Native<T> W { get; }
        public Native<T> Bias { get; }
        public Native<T> BackBias { get; }
        public Native<T> Y { get; }
        public Native<T> DY { get; }
        public Native<T> DX { get; }
        public Native<T> DXBiased { get; }
        public Native<T> DW { get; }
        public Native<T> DB { get; }

        public void Run(IsaPath path)
        {
            if (path == IsaPath.Avx512)
                Run<V512<T>>();
            else if (path == IsaPath.Avx2)
                Run<V256<T>>();
            else
                Run<V128<T>>();
        }

        void Run<V>()
            where V : unmanaged, ISimd<V, T>
        {
            ConvKernels.Forward<T, V>(_g, X.P, W.P, Bias.P, Y.P);
            ConvKernels.DataGrad<T, V>(_g, DY.P, W.P, null, DX.P);
            ConvKernels.DataGrad<T, V>(_g, DY.P, W.P, BackBias.P, DXBiased.P);
            ConvKernels.WeightGrad<T, V>(_g, X.P, DY.P, DW.P);
            ConvKernels.BiasGrad<T, V>(_g, DY.P, DB.P);
        }

        public void RunDefault()
        {
            ConvKernels.Forward(_g, X.P, W.P, Bias.P, Y.P);
            ConvKernels.DataGrad(_g, DY.P, W.P, null, DX.P);
            ConvKernels.DataGrad(_g, DY.P, W.P, BackBias.P, DXBiased.P);
            ConvKernels.WeightGrad(_g, X.P, DY.P, DW.P);
            ConvKernels.BiasGrad(_g, DY.P, DB.P);
        }

        public byte[][] Results() => [Y.Bytes.ToArray(), DX.Bytes.ToArray(), DXBiased.Bytes.ToArray(), DW.Bytes.ToArray(), DB.Bytes.ToArray()];

        // One walk over all terms gives all four results.
        public void Check(string name, double tolerance)
        {
            ConvGeometry g = _g;
            Axes output = g.Output;
            var y = new Sums(Y.Span.Length);
            var dx = new Sums(DX.Span.Length);
            var dw = new Sums(DW.Span.Length);
            var db = new Sums(DB.Span.Length);
            double[] x = Doubles(X), w = Doubles(W), dy = Doubles(DY);
            long inSize = g.Input.Product, outSize = output.Product, taps = g.Kernel.Product;
            for (long n = 0; n < g.Batch; n++)
            {
                for (long o = 0; o < g.OutChannels; o++)
                {
                    for (long p = 0; p < outSize; p++)
                    {
                        long to = (((n * g.OutChannels) + o) * outSize) + p;
                        db.Add(o, dy[to]);
                        for (long t = 0; t < taps; t++)
                        {
                            long s0 = Source(0, p / output[2] / output[1], t / g.Kernel[2] / g.Kernel[1]);
                            long s1 = Source(1, p / output[2] % output[1], t / g.Kernel[2] % g.Kernel[1]), s2 = Source(2, p % output[2], t % g.Kernel[2]);
                            if (s0 < 0 || s0 >= g.Input[0] || s1 < 0 || s1 >= g.Input[1] || s2 < 0 || s2 >= g.Input[2])
                                continue;
                            long place = (((s0 * g.Input[1]) + s1) * g.Input[2]) + s2;
                            for (long i = 0; i < g.GroupIn; i++)
                            {
                                long from = (((n * g.InChannels) + (o / g.GroupOut * g.GroupIn) + i) * inSize) + place, weight = (((o * g.GroupIn) + i) * taps) + t;
                                y.Add(to, x[from] * w[weight]);
                                dx.Add(from, dy[to] * w[weight]);
                                dw.Add(weight, dy[to] * x[from]);
                            }
                        }
                    }
                }
            }
            y.Compare($"{name} forward", Y, tolerance, i => double.CreateChecked(Bias.P[i / outSize % g.OutChannels]));
            dx.Compare($"{name} data gradient", DX, tolerance, _ => 0);
            dx.Compare($"{name} transposed with bias", DXBiased, tolerance, i => double.CreateChecked(BackBias.P[i / inSize % g.InChannels]));
            dw.Compare($"{name} weight gradient", DW, tolerance, _ => 0);
            db.Compare($"{name} bias gradient", DB, tolerance, _ => 0);

            long Source(int axis, long p, long t) => (p * g.Stride[axis]) + (t * g.Dilation[axis]) - g.PadBegin[axis];
        }

        static double[] Doubles(Native<T> values) => [.. values.Span.ToArray().Select(double.CreateChecked)];

        sealed class Sums(int length)
        {
            readonly double[] _sum = new double[length];
            readonly double[] _size = new double[length];

            public void Add(long i, double term)
            {
                _sum[i] += term;
                _size[i] += Math.Abs(term);
            }

            public void Compare(string name, Native<T> got, double tolerance, Func<int, double> shift)
            {
                for (int i = 0; i < _sum.Length; i++)
                {
                    double expected = _sum[i] + shift(i), value = double.CreateChecked(got.P[i]);
                    if (!(Math.Abs(value - expected) <= tolerance * (1 + _size[i])))
                        Assert.Fail($"{name}: element {i} is {value}, expected {expected}");
                }
            }
        }

        public void Dispose()
        {
            foreach (Native<T> memory in (Native<T>[])[X, W, Bias, BackBias, Y, DY, DX, DXBiased, DW, DB])
                memory.Dispose();
        }
    }
}
