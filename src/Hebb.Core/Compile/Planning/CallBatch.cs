namespace Hebb.Compile;

/// <summary>Calls of one kind of op that stand next to each other in a plan and do not read each other's results, run as one.</summary>
internal abstract class CallBatch
{
    /// <summary>Whether a call can be one of them. Asked once, when a plan is made; outputs then lie where inputs do.</summary>
    public abstract bool Takes(Primitive primitive, Tensor[] inputs, Tensor[] outputs);

    /// <summary>Adds a call.</summary>
    public abstract void Add(Primitive primitive, Tensor[] inputs, Tensor[] outputs);

    /// <summary>Runs what was added, and forgets it.</summary>
    public abstract void Run();
}
