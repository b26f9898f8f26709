using Hebb.Compile;

namespace Hebb;

public abstract partial class Module
{
    private bool _materialized;

    /// <summary>
    /// Whether, in train mode, backward keeps nothing of what the module computes but its inputs, and computes the rest again (<see cref="Transform.Checkpoint"/>):
    /// less memory for about one more forward of this module. Meant for the blocks of deep models:
    /// <code>foreach (var block in model.Blocks)
    ///     block.GradientCheckpointing = true;</code>
    /// The results are the same bit for bit; running statistics move once. Nothing inside may read values; that is an error.
    /// </summary>
    public bool GradientCheckpointing { get; set; }

    // Parameters can't be made in the trace that a checkpoint takes: the first call makes them. Who looks on wants to see what is inside.
    private bool Rematerializes => GradientCheckpointing && GradMode.IsEnabled && Training && TraceInterpreter.Compiling is not { Calls: not null }
        && (_materialized || (_materialized = Parameters().All(p => p.IsMaterialized)));

    private Tensor Rematerialized(Tensor[] inputs, Func<Tensor[], Tensor>? body) =>
        Transform.CheckpointMany(xs => [body is not null ? body(xs) : xs.Length == 1 ? Forward(xs[0]) : Forward(xs)])(inputs)[0];
}
