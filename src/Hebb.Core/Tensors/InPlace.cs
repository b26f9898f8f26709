using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The one door through which values change in place: buffers, parameters under an optimizer, <c>x[…] = v</c>. It refuses tensors that a recorded graph
/// holds and marks the memory as changed, so that a backward pass that saved the former values fails instead of using the new ones.
/// </summary>
public static class InPlace
{
    /// <summary>Copies <paramref name="source"/>, broadcast and converted, into <paramref name="target"/>.</summary>
    /// <exception cref="ShapeException">The source does not broadcast to the target, or the target is an expanded view.</exception>
    /// <exception cref="GradientException">The target or the source requires a gradient and gradients are recorded.</exception>
    public static void Copy(Tensor source, Tensor target)
    {
        Check("CopyFrom", target);
        CheckSource("CopyFrom", source);
        Write("CopyFrom", source, target);
    }

    /// <summary>Writes one value everywhere.</summary>
    /// <exception cref="GradientException">The target requires a gradient and gradients are recorded.</exception>
    public static void Fill(Tensor target, double value)
    {
        Check("Fill", target);
        var number = Tensor.Full([], value, target.DType);
        Write("Fill", number, target);
    }

    /// <summary>Runs an op's kernel into tensors that exist. An output may be one of the inputs where the kernel reads each element before it writes it.</summary>
    /// <param name="primitive">Neither a view nor data-dependent.</param>
    /// <param name="inputs">What the op reads.</param>
    /// <param name="outputs">Contiguous, of the shapes and types that the op gives.</param>
    /// <exception cref="ShapeException">An output is not of the shape that the op gives, or not contiguous.</exception>
    /// <exception cref="DTypeException">An output is not of the type that the op gives.</exception>
    /// <exception cref="GradientException">An output requires a gradient and gradients are recorded.</exception>
    public static void Run(Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        string op = primitive.DisplayName;
        if (primitive is ViewPrimitive || primitive.IsDataDependent || primitive.Outputs != outputs.Length)
            throw new HebbException($"{op}: can't run in place into {outputs.Length} tensors");
        if (TraceInterpreter.Writing is { } trace)
        {
            RunTraced(trace, primitive, inputs, outputs);
            return;
        }
        OpObserver.Current?.Invoke(primitive);
        bool prepare = false;
        var specs = new TensorSpec[inputs.Length + outputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            CheckSource(op, input);
            _ = input.Storage;
            specs[i] = input.Spec;
            prepare |= (!input.IsContiguous && !primitive.AcceptsStrided) || (input.DType.IsHalf && !primitive.AcceptsHalf);
        }
        var expected = specs.AsSpan(inputs.Length);
        primitive.Infer(specs.AsSpan(0, inputs.Length), expected);
        for (int i = 0; i < outputs.Length; i++)
        {
            var output = outputs[i];
            CheckOutput(op, i, output, expected[i]);
            prepare |= output.DType.IsHalf && !primitive.AcceptsHalf;
        }
        Eager.RunInto(primitive, inputs, outputs, prepare);
        foreach (var output in outputs)
            output.Storage.Version++;
    }

    private static void CheckOutput(string op, int i, Tensor output, in TensorSpec expected)
    {
        Check(op, output);
        if (output.Shape != expected.Shape || !output.IsContiguous)
            throw new ShapeException($"{op}: output {i} in place is {output.Shape}{(output.IsContiguous ? "" : ", not contiguous")}; the op gives {expected.Shape}");
        if (output.DType != expected.DType)
            throw new DTypeException($"{op}: output {i} in place is {output.DType.Name}, the op gives {expected.DType.Name}");
    }

    /// <summary>While a function is compiled: the op's results are what the outputs hold from here on.</summary>
    private static void RunTraced(TraceInterpreter trace, Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        using var noGrad = GradMode.NoGrad();
        var results = Engine.ApplyAll(primitive, inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            CheckOutput(primitive.DisplayName, i, outputs[i], results[i].Spec);
            trace.Write(primitive.DisplayName, outputs[i], results[i]);
        }
    }

    internal static void Assign(Tensor target, ReadOnlySpan<TensorIndex> indices, Tensor value)
    {
        Check("x[…] = v", target);
        CheckSource("x[…] = v", value);
        if (TraceInterpreter.Writing is { } trace)
        {
            AssignTraced(trace, target, indices, value.Detach());
            return;
        }
        if (indices.Length == 1 && indices[0].Indices is { DType: DType.Bool } mask && value.Count == 1 && TryFill(target, mask, value))
            return;
        var plan = Indexing.Resolve(target, indices);
        if (plan.Indices.Length == 0)
        {
            Write("x[…] = v", value, plan.View);
            return;
        }
        var places = IndexShapes.Picked(plan.View.Shape, plan.Axis, plan.Indices.Length, plan.Indices[0].Shape);
        value = Fit("x[…] = v", value, places);
        var values = Copying.Contiguous(Copying.Expand(value.DType == target.DType ? value : Copying.To(value, target.DType), places));
        if (places.Count > 0)
            IndexPutOp.Write(CpuContext.Current, values, plan.Indices, plan.View, plan.Axis);
        target.Storage.Version++;
        GC.KeepAlive(values);
        GC.KeepAlive(target);
    }

    /// <summary>While a function is compiled: the whole tensor, with other values at these places. A plan writes only those where nothing reads the old values any more.</summary>
    private static void AssignTraced(TraceInterpreter trace, Tensor target, ReadOnlySpan<TensorIndex> indices, Tensor value)
    {
        using var noGrad = GradMode.NoGrad();
        value = value.To(target.DType);
        Tensor now;
        if (indices.Length == 1 && indices[0].Indices is { DType: DType.Bool } mask && value.Count == 1 && mask.Rank > 0 && mask.Rank <= target.Rank)
        {
            while (mask.Rank < target.Rank)
                mask = mask.Unsqueeze(mask.Rank);
            now = Tensor.Where(mask, value.Reshape([]), target);
        }
        else
        {
            var places = Tensor.Arange(target.Count).Reshape(target.Shape)[indices];
            value = Fit("x[…] = v", value, places.Shape).Expand(places.Shape);
            now = IndexPutOp.Apply(target.Reshape(-1), value.Reshape(-1), [places.Reshape(-1)], 0).Reshape(target.Shape);
        }
        trace.Write("x[…] = v", target, now);
    }

    /// <summary>One value where a mask over the first axes holds, without listing the places.</summary>
    private static bool TryFill(Tensor target, Tensor mask, Tensor value)
    {
        if (!target.IsContiguous || target.DType.IsStorageOnly || mask.Rank == 0 || mask.Rank > target.Rank || mask.Shape != target.Shape[..mask.Rank] || mask.Tracer is not null)
            return false;
        var shape = mask.Shape;
        while (shape.Rank < target.Rank)
            shape = shape.Insert(shape.Rank);
        Tensor[] inputs = [mask.Reshape(shape), Copying.To(value.Detach(), target.DType).Reshape([]), target];
        Eager.RunInto(WhereOp.Instance, inputs, [target], prepare: false);
        target.Storage.Version++;
        return true;
    }

    private static void Write(string op, Tensor source, Tensor target)
    {
        source = Fit(op, source, target.Shape);
        if (TraceInterpreter.Writing is { } trace)
        {
            using var noGrad = GradMode.NoGrad();
            trace.Write(op, target, source.To(target.DType).Expand(target.Shape));
            return;
        }
        // Overlapping parts of one memory: read all before writing any.
        if (source.Storage == target.Storage)
            source = source.Clone();
        Copying.Scatter(source, target);
        target.Storage.Version++;
        GC.KeepAlive(source);
        GC.KeepAlive(target);
    }

    /// <summary>The value without leading axes of size 1 beyond the target's rank.</summary>
    private static Tensor Fit(string op, Tensor value, in Shape target)
    {
        var shape = value.Shape;
        if (shape == target && !value.RequiresGrad && value.Tracer is null)
            return value;
        while (shape.Rank > target.Rank && shape[0] == 1)
            shape = shape.Remove(0);
        if (!shape.ExpandsTo(target))
            throw new ShapeException($"{op}: a value of {value.Shape} does not broadcast to {target}");
        return value.Detach().Reshape(shape);
    }

    private static void Check(string op, Tensor target)
    {
        EngineThread.Current.Trace?.CheckInPlace(op, target);
        if (target.Tracer is { } tracer)
            throw new HebbException($"{op}: {target.Spec} is inside {tracer.Interpreter.Name}, where nothing changes in place; return the new value instead") { By = tracer.Interpreter };
        if (GradMode.IsEnabled && target.RequiresGrad)
        {
            throw new GradientException(target.IsLeaf
                ? $"{op}: {target.Spec} requires a gradient, so its values can't change in place while ops are recorded; do it under GradMode.NoGrad()"
                : $"{op}: {target.Spec} came out of {target.Node!.Describe()}, recorded for backward, so it can't change in place; call Detach().Clone() first");
        }
        for (int i = 0; i < target.Rank; i++)
        {
            if (target.Shape[i] > 1 && target.Stride(i) == 0)
                throw new ShapeException($"{op}: {target.Spec} is an expanded view, whose elements along axis {i} are one; call Clone() first");
        }
    }

    private static void CheckSource(string op, Tensor source)
    {
        if (source.Tracer is { } tracer && tracer.Interpreter != TraceInterpreter.Writing)
            throw new HebbException($"{op}: a value inside {tracer.Interpreter.Name} can't be written to a tensor outside it") { By = tracer.Interpreter };
        if (GradMode.IsEnabled && source.RequiresGrad)
            throw new GradientException($"{op}: the value {source.Spec} requires a gradient, which would be lost; Detach() it, or do it under GradMode.NoGrad()");
    }
}

public sealed partial class Tensor
{
    /// <summary>Copies another tensor's values, broadcast and converted, into this one, in place; for buffers and parameters (under <see cref="GradMode.NoGrad"/>).</summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="ShapeException">The source does not broadcast to this shape, or this is an expanded view.</exception>
    /// <exception cref="GradientException">This tensor or the source requires a gradient and gradients are recorded.</exception>
    public Tensor CopyFrom(Tensor source)
    {
        InPlace.Copy(source, this);
        return this;
    }

    /// <summary>Writes one value everywhere, in place.</summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="GradientException">This tensor requires a gradient and gradients are recorded.</exception>
    public Tensor Fill(double value)
    {
        InPlace.Fill(this, value);
        return this;
    }
}
