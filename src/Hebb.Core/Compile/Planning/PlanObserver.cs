namespace Hebb.Compile;

/// <summary>Looks on while a plan runs, step by step: to verify, to measure.</summary>
internal abstract class PlanObserver
{
    /// <summary>Whether it is to be told of every step. If not, those that run as one do so, and tell themselves what they did.</summary>
    public virtual bool SeesEachStep => true;

    /// <summary>Before a step.</summary>
    public virtual void Before(PlanStep step)
    {
    }

    /// <summary>After a step, while what it wrote is still there.</summary>
    /// <param name="step">What ran.</param>
    /// <param name="outputs">What it wrote: handles that the plan keeps and moves.</param>
    public abstract void After(PlanStep step, ReadOnlySpan<Tensor> outputs);
}
