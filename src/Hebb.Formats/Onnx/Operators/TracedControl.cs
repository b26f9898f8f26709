using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Onnx;

/// <summary>Branches and loops inside a trace: they become ops of <see cref="Control"/>, so that they stay in what is compiled, differentiated or exported.</summary>
internal static class TracedControl
{
    /// <summary>Whether ops are written down here, rather than run.</summary>
    public static bool IsOn => EngineThread.Current.Trace is not null;

    /// <summary>Whether a tensor's values can be read.</summary>
    public static bool IsKnown(Tensor x) => x.Tracer is null;

    /// <summary>A branch whose condition is not known.</summary>
    /// <exception cref="TraceException">The branches give other shapes or types, or no tensors.</exception>
    public static OnnxValue?[] If(NodeCall c) => Reasoned(c, () => Values(Control.Cond(Flag(c[0]), _ => Tensors(c.Run("then_branch")), _ => Tensors(c.Run("else_branch")), [])));

    /// <summary>A scan along first axes, all forwards or all backwards; null where its steps can only be written one by one.</summary>
    public static Tensor[]? Scan(Func<OnnxValue?[], OnnxValue?[]> body, OnnxValue?[] states, Tensor[] slices, bool reverse)
    {
        if (slices.Length == 0 || Array.Exists(states, s => s is not OnnxTensor))
            return null;
        Tensor[] carry = Tensors(states);
        try
        {
            var (last, outputs) = Control.Scan(
                (state, slice) =>
                {
                    Tensor[] made = Tensors(body([.. Values(state), .. Values(slice)]));
                    return (made[..carry.Length], made[carry.Length..]);
                },
                carry,
                slices,
                reverse: reverse);
            return [.. last, .. outputs];
        }
        catch (HebbException)
        {
            // Such as a state that grows from step to step.
            return null;
        }
    }

    /// <summary>A loop; null where its steps can be written one by one, and only so.</summary>
    /// <param name="c">The node.</param>
    /// <param name="values">What it carries at first.</param>
    /// <param name="collected">How many outputs it collects.</param>
    /// <exception cref="TraceException">How often it runs depends on values that are not known, and the shape of its outputs on that; or shapes change from step to step.</exception>
    public static OnnxValue?[]? Loop(NodeCall c, OnnxValue?[] values, int collected)
    {
        long? most = !c.Has(0) ? long.MaxValue : IsKnown(c[0]) ? c.Long(0) : null;
        bool? begins = !c.Has(1) ? true : IsKnown(c[1]) ? HostValues.Bool(c[1]) : null;
        if (begins == false || most <= 1 || Array.Exists(values, v => v is not OnnxTensor))
            return null;
        if (begins == true && most is <= int.MaxValue)
        {
            try
            {
                return Counted(c, Tensors(values), (int)most.Value);
            }
            catch (OpenEndException)
            {
                // It runs while what it computes is true.
            }
            catch (HebbException)
            {
                return null;
            }
        }
        if (collected > 0)
            throw new TraceException($"{c.Node.Describe()}: how often the loop runs depends on values, and it collects slices, so that the shapes of its outputs are not known");
        return Reasoned(c, () => While(c, Tensors(values), most));
    }

    // So many steps: the condition stays true.
    private static OnnxValue?[] Counted(NodeCall c, Tensor[] values, int steps)
    {
        var goesOn = Tensor.From([true], Shape.Create([]));
        var (last, outputs) = Control.Scan(
            (state, _) =>
            {
                var made = c.Run("body", [state[0], goesOn, .. Values(state[1..])]);
                if (made[0]?.AsTensor() is { } next && !ReferenceEquals(next, goesOn) && !(IsKnown(next) && HostValues.Bool(next)))
                    throw new OpenEndException();
                Tensor[] tensors = Tensors(made[1..]);
                return ([state[0] + 1, .. tensors[..values.Length]], tensors[values.Length..]);
            },
            [HostValues.OfLong(0), .. values],
            [],
            steps);
        return [.. Values(last[1..]), .. Values(outputs)];
    }

    private static OnnxValue?[] While(NodeCall c, Tensor[] values, long? most)
    {
        var limit = most is null ? c[0].To(DType.Int64).Reshape(Shape.Create([])) : null;
        Tensor[] state = [HostValues.OfLong(0), c.Has(1) ? Flag(c[1]) : Tensor.From([true], Shape.Create([])), .. values];
        var last = Control.While(
            xs => limit is null ? xs[1] : xs[1].LogicalAnd(xs[0] < limit),
            xs =>
            {
                var made = c.Run("body", Values(xs));
                return [xs[0] + 1, made[0] is null ? xs[1] : Flag(made[0]!.AsTensor()), .. Tensors(made[1..])];
            },
            state,
            most is <= int.MaxValue ? (int)most.Value : null);
        return Values(last[2..]);
    }

    private static Tensor Flag(Tensor x) => x.To(DType.Bool).Reshape(Shape.Create([]));

    private static Tensor[] Tensors(OnnxValue?[] values) => Array.ConvertAll(values, v => (v ?? throw new FormatException("a value of the inner graph is left out")).AsTensor());

    private static OnnxValue?[] Values(Tensor[] tensors) => Array.ConvertAll(tensors, t => (OnnxValue?)t);

    // What cannot be written down is a reason not to compile, not an error of the model.
    private static OnnxValue?[] Reasoned(NodeCall c, Func<OnnxValue?[]> write)
    {
        try
        {
            return write();
        }
        catch (HebbException e) when (e is not TraceException)
        {
            throw new TraceException($"{c.Node.Describe()}: {e.Message}", e);
        }
    }

    /// <summary>A loop whose condition is computed in its body.</summary>
    private sealed class OpenEndException : Exception;
}
