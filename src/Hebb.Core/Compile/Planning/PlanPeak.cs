namespace Hebb.Compile;

/// <summary>The step of a plan at which values take most memory, and those values.</summary>
/// <param name="Step">Its number; -1 for a plan that needs no arena.</param>
/// <param name="Bytes">What values take then; the arena may be larger, for gaps between them.</param>
/// <param name="Values">Largest first.</param>
internal sealed record PlanPeak(int Step, long Bytes, IReadOnlyList<PlannedValue> Values)
{
    public static PlanPeak Of(CpuPlan plan)
    {
        var roots = plan.Builder.Arena;
        var change = new long[plan.Steps.Count + 1];
        foreach (var root in roots)
        {
            if (root.Last < 0)
                continue;
            change[root.First] += Size(root);
            change[root.Last + 1] -= Size(root);
        }
        long live = 0, most = 0;
        int at = -1;
        for (int step = 0; step < plan.Steps.Count; step++)
        {
            live += change[step];
            if (live > most)
                (most, at) = (live, step);
        }
        var makers = new Dictionary<Root, PlanStep>(ReferenceEqualityComparer.Instance);
        foreach (var step in plan.Steps)
        {
            foreach (int output in step.Outputs)
                makers.TryAdd(plan.Builder.Handles[output].Root, step);
        }
        var values = roots.Where(r => r.First <= at && at <= r.Last).Select(r => Value(r, makers.GetValueOrDefault(r))).OrderByDescending(v => v.Bytes);
        return new PlanPeak(at, most, [.. values]);
    }

    private static PlannedValue Value(Root root, PlanStep? maker) => new(root.Spec, Size(root), maker?.Node is { } node ? PlanReport.Op(node) : "copy", maker?.Node?.Path, maker?.Node?.Line);

    private static long Size(Root root) => root.Spec.DType.BytesFor(root.Spec.Shape.Count);
}
