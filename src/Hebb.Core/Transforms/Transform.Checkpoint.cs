using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>
    /// The same function, of which backward keeps only the inputs: what it needs in between is computed again (rematerialised). Saves memory, costs about one
    /// forward more. Gradients also reach tensors that the function uses but is not given, random ops draw the same numbers again, and what the function changes in place
    /// (running statistics) changes once.
    /// </summary>
    /// <remarks>After Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016. The function is traced at every call, so it must not read values.</remarks>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes views of memory that it also uses otherwise.</exception>
    public static Func<Tensor, Tensor> Checkpoint(Func<Tensor, Tensor> f)
    {
        var many = CheckpointMany(xs => [f(xs[0])]);
        return x => many([x])[0];
    }

    /// <summary>The same for a function of several tensors.</summary>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes views of memory that it also uses otherwise.</exception>
    public static Func<Tensor[], Tensor[]> CheckpointMany(Func<Tensor[], Tensor[]> f) => xs =>
    {
        var (graph, changed) = Tracing.CaptureWithChanges(f, Array.ConvertAll(xs, x => x.Spec));
        int given = xs.Length, results = graph.Outputs.Count - changed.Length;
        var op = new CheckpointOp(all => graph.Run(all.AsSpan(0, given), all.AsSpan(given)), [.. graph.Outputs.Select(y => y.Spec)]);
        var outputs = Engine.ApplyAll(op, [.. xs, .. graph.Leaves.Select(leaf => Former(leaf.Read()))]);
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < changed.Length; i++)
            InPlace.Copy(outputs[results + i].Detach(), changed[i]);
        return outputs[..results];

        // The second run is to see what the first saw.
        Tensor Former(Tensor x) => Array.Exists(changed, c => c.HasStorage && x.HasStorage && ReferenceEquals(c.Storage, x.Storage)) ? x.Detach().Clone() : x;
    };
}
