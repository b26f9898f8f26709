using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Of scores [N, C, …] the one of each target's class: [N, …]; 0 where the target says to ignore it.</summary>
internal sealed class PickClassOp : Primitive
{
    private long _ignore;

    public PickClassOp(long ignore) => _ignore = ignore;

    public PickClassOp()
    {
    }

    public override string Name => "pick_class";

    public override string DisplayName => "NllLoss";

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Long("ignore", ref _ignore);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ClassTargets.Check(DisplayName, inputs[0], inputs[1]);
        outputs[0] = inputs[0] with { Shape = inputs[1].Shape };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, target, y) = (inputs[0], inputs[1], outputs[0]);
        ClassTargets.CheckRange(DisplayName, target, x.Shape[1], _ignore);
        if (x.DType == DType.Float64)
            Pick(x.Data<double>(), target.Data<long>(), y.Data<double>(), x.Shape);
        else
            Pick(x.Data<float>(), target.Data<long>(), y.Data<float>(), x.Shape);
    }

    private unsafe void Pick<T>(T* x, long* target, T* y, in Shape shape) where T : unmanaged, INumber<T>
    {
        var (n, classes, inner) = Scans.Split(shape, 1);
        for (long i = 0; i < n; i++)
        {
            for (long j = 0; j < inner; j++)
            {
                long t = target[i * inner + j];
                y[i * inner + j] = t == _ignore ? T.Zero : x[(i * classes + t) * inner + j];
            }
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new PlaceClassOp(c.InputSpec(0).Shape[1], _ignore), c.Grad(), c.Input(1)));

    public override void Jvp(in JvpContext c) => c.Set(0, Engine.Apply(this, c.Tangent(0), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(this, c.Expanded(0).Flatten(0, 1), c.Expanded(1).Flatten(0, 1)).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
}

/// <summary>Numbers [N, …], each put at its target's class into zeros [N, C, …]: the adjoint of picking. Ignored ones are dropped.</summary>
internal sealed class PlaceClassOp : Primitive
{
    private int _classes;
    private long _ignore;

    public PlaceClassOp(int classes, long ignore)
    {
        _classes = classes;
        _ignore = ignore;
    }

    public PlaceClassOp()
    {
    }

    public override string Name => "place_class";

    public override string DisplayName => "PlaceClass";

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("classes", ref _classes);
        v.Long("ignore", ref _ignore);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.Insert(1, _classes) };
        ClassTargets.Check(DisplayName, outputs[0], inputs[1]);
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (g, target, y) = (inputs[0], inputs[1], outputs[0]);
        ClassTargets.CheckRange(DisplayName, target, _classes, _ignore);
        if (g.DType == DType.Float64)
            Place(g.Data<double>(), target.Data<long>(), y.Data<double>(), y.Shape);
        else
            Place(g.Data<float>(), target.Data<long>(), y.Data<float>(), y.Shape);
    }

    private unsafe void Place<T>(T* g, long* target, T* y, in Shape shape) where T : unmanaged, INumber<T>
    {
        var (n, classes, inner) = Scans.Split(shape, 1);
        System.Runtime.InteropServices.NativeMemory.Clear(y, (nuint)(n * classes * inner * sizeof(T)));
        for (long i = 0; i < n; i++)
        {
            for (long j = 0; j < inner; j++)
            {
                long t = target[i * inner + j];
                if (t != _ignore)
                    y[(i * classes + t) * inner + j] = g[i * inner + j];
            }
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new PickClassOp(_ignore), c.Grad(), c.Input(1)));

    public override void Jvp(in JvpContext c) => c.Set(0, Engine.Apply(this, c.Tangent(0), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(this, c.Expanded(0).Flatten(0, 1), c.Expanded(1).Flatten(0, 1)).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
}
