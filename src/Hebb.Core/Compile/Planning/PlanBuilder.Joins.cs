using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Values that are put one after another in memory are written there in the first place: where parts of a <see cref="CatOp"/> follow each other whole, their kernels write into its result. Joins of joins
/// (dense blocks) so share one piece of memory.
/// </summary>
internal sealed partial class PlanBuilder
{
    /// <summary>Parts begin at lines of the cache, as other values do.</summary>
    private const long PartAlignment = 64;

    private void JoinInPlace()
    {
        // Backwards: the parts of a join that is a part itself are placed after it.
        for (int at = Steps.Count - 1; at >= 0; at--)
        {
            var step = Steps[at];
            if (step.Primitive is not CatOp cat || step.Prepares || !FollowEachOther(cat, step))
                continue;
            var joined = Handles[step.Outputs[0]];
            if (joined.Root.Kind != RootKind.Arena || joined.Strides is not null)
                continue;
            var copies = new List<PlanStep>();
            long offset = joined.Offset;
            foreach (int part in step.Inputs)
            {
                var spec = Handles[part].Spec;
                if (!TryPlace(part, joined.Root, offset, at))
                {
                    _templates.Add(new Tensor(new Template(), spec, null, 0));
                    Handles.Add(new Handle(joined.Root, spec, null, offset));
                    copies.Add(new PlanStep(null, [part], [Handles.Count - 1], false, null));
                }
                offset += spec.DType.BytesFor(spec.Shape.Count);
            }
            // Copying all parts is what the op does by itself.
            if (copies.Count == step.Inputs.Length)
                continue;
            Steps.RemoveAt(at);
            Steps.InsertRange(at, copies);
        }
    }

    /// <summary>Whether each part is one run of the result's memory.</summary>
    private bool FollowEachOther(CatOp cat, PlanStep step)
    {
        var result = Handles[step.Outputs[0]].Spec;
        for (int axis = 0; axis < cat.Axis; axis++)
        {
            if (result.Shape[axis] != 1)
                return false;
        }
        return Array.TrueForAll(step.Inputs, i => Handles[i].Spec.DType == result.DType && Handles[i].Spec.Shape.Count > 0) && !result.DType.IsStorageOnly;
    }

    /// <summary>Moves the memory of a value, with all that looks at it, into another; false where it belongs elsewhere.</summary>
    private bool TryPlace(int part, Root into, long offset, int at)
    {
        var root = Handles[part].Root;
        if (root.Kind != RootKind.Arena || root.IsSource || ReferenceEquals(root, into) || !IsWhole(part) || offset % PartAlignment != 0 || !Steps.Take(at).Any(s => s.Outputs.Any(o => Handles[o].Root == root)))
            return false;
        for (int i = 0; i < Handles.Count; i++)
        {
            if (ReferenceEquals(Handles[i].Root, root))
                Handles[i] = Handles[i] with { Root = into, Offset = Handles[i].Offset + offset };
        }
        Arena.Remove(root);
        return true;
    }
}
