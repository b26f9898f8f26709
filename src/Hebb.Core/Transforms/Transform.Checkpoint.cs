using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>
    /// The same function, of which backward keeps only the inputs: what it needs in between is computed again (rematerialised). Saves memory, costs about one
    /// forward more. Gradients also reach tensors that the function uses but is not given, and random ops draw the same numbers again.
    /// </summary>
    /// <remarks>After Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016. The function is traced at every call, so it must not read values.</remarks>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    public static Func<Tensor, Tensor> Checkpoint(Func<Tensor, Tensor> f)
    {
        var many = CheckpointMany(xs => [f(xs[0])]);
        return x => many([x])[0];
    }

    /// <summary>The same for a function of several tensors.</summary>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    public static Func<Tensor[], Tensor[]> CheckpointMany(Func<Tensor[], Tensor[]> f) => xs =>
    {
        var graph = Tracing.Capture(f, Array.ConvertAll(xs, x => x.Spec));
        int given = xs.Length;
        var op = new CheckpointOp(all => graph.Run(all.AsSpan(0, given), all.AsSpan(given)), [.. graph.Outputs.Select(y => y.Spec)]);
        return Engine.ApplyAll(op, [.. xs, .. graph.Leaves.Select(leaf => leaf.Read())]);
    };
}
