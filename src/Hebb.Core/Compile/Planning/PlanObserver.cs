namespace Hebb.Compile;

/// <summary>Looks on while a plan runs, step by step: to verify, to measure.</summary>
internal abstract class PlanObserver
{
    /// <summary>Before a step.</summary>
    public virtual void Before(PlanStep step)
    {
    }

    /// <summary>After a step, while what it wrote is still there.</summary>
    /// <param name="step">What ran.</param>
    /// <param name="outputs">What it wrote: handles that the plan keeps and moves.</param>
    public abstract void After(PlanStep step, ReadOnlySpan<Tensor> outputs);
}
