using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Which values need no memory of their own: those that take the place of an input, and those that are written where they are to stay.</summary>
internal sealed partial class PlanBuilder
{
    private readonly Dictionary<Root, Root> _merged = new(ReferenceEqualityComparer.Instance);

    private Root RootOf(int handle) => Resolve(Handles[handle].Root);

    private Root Resolve(Root root)
    {
        while (_merged.TryGetValue(root, out var other))
            root = other;
        return root;
    }

    /// <summary>Whether a handle is all of its memory, as it lies there.</summary>
    private bool IsWhole(int handle) => Handles[handle] is { Offset: 0, Strides: null } own && own.Spec == own.Root.Spec;

    /// <summary>Whether a handle is all of its memory, be it under another shape.</summary>
    private bool Covers(int handle)
    {
        var own = Handles[handle];
        return own is { Offset: 0, Strides: null } && own.Spec.DType.BytesFor(own.Spec.Shape.Count) == own.Root.Spec.DType.BytesFor(own.Root.Spec.Shape.Count);
    }

    private void FindUses()
    {
        for (int step = 0; step < Steps.Count; step++)
        {
            foreach (int handle in Steps[step].Inputs)
                Use(handle, step);
            foreach (int handle in Steps[step].Outputs)
                Use(handle, step);
        }
        // Filled before the first step.
        foreach (var (_, handle) in Sources)
            Handles[handle].Root.First = 0;
    }

    private void Use(int handle, int step)
    {
        var root = RootOf(handle);
        (root.First, root.Last) = (Math.Min(root.First, step), Math.Max(root.Last, step));
    }

    /// <summary>Puts results in the places of inputs that nothing reads any more, where the kernel allows it.</summary>
    private void ReuseInPlace()
    {
        for (int at = 0; at < Steps.Count; at++)
        {
            var step = Steps[at];
            if (step.Primitive is null || step.Prepares)
                continue;
            for (int o = 0; o < step.Outputs.Length; o++)
            {
                var to = RootOf(step.Outputs[o]);
                if (to.First != at || to.Kind is not (RootKind.Arena or RootKind.Output))
                    continue;
                for (int i = 0; i < step.Inputs.Length; i++)
                {
                    var from = RootOf(step.Inputs[i]);
                    if (from.Kind == RootKind.Arena && from.Last == at && !from.IsSource && !ReferenceEquals(from, to) && Covers(step.Inputs[i]) && Covers(step.Outputs[o]) && CanTake(step, from, o))
                    {
                        Merge(from, to);
                        break;
                    }
                }
            }
        }
    }

    /// <summary>Whether an output may be written over memory that the step reads: only as whole tensors, each element before it is written.</summary>
    private bool CanTake(PlanStep step, Root memory, int output)
    {
        if (step.Primitive is null)
            return false;
        for (int i = 0; i < step.Inputs.Length; i++)
        {
            int handle = step.Inputs[i];
            if (!SharesMemory(RootOf(handle), memory))
                continue;
            if (!step.Primitive.CanRunInPlace(i, output) || !Covers(handle) || Handles[handle].Spec != Handles[step.Outputs[output]].Spec)
                return false;
        }
        // No two outputs in one place.
        foreach (int other in step.Outputs)
        {
            if (other != step.Outputs[output] && ReferenceEquals(RootOf(other), memory))
                return false;
        }
        return true;
    }

    /// <summary>Makes one piece of memory serve as another: what was the first's is from then on the second's.</summary>
    private void Merge(Root from, Root into)
    {
        (into.First, into.Last) = (Math.Min(from.First, into.First), Math.Max(from.Last, into.Last));
        _merged.Add(from, into);
    }

    /// <summary>
    /// Brings values to the leaves that are to hold them: where nothing reads the old value later, and no run can end early any more, by writing them there at
    /// once; otherwise by a copy when all else is done.
    /// </summary>
    /// <param name="writes">Handles of the target and of the value.</param>
    private void AddWrites((int Target, int Value)[] writes)
    {
        int gate = Steps.FindLastIndex(s => s.Primitive is RequireFiniteOp);
        var copies = new List<(int Target, int Value)>();
        // What is copied from a leaf is read at the very end.
        var readLast = writes.Where(w => RootOf(w.Value).Kind == RootKind.Leaf).Select(w => RootOf(w.Value)).ToList();
        foreach (var (target, value) in writes)
        {
            RootOf(target).IsWritten = true;
            var (leaf, root) = (RootOf(target), RootOf(value));
            bool direct = root.Kind == RootKind.Arena && Covers(value) && Covers(target) && !root.IsSource && root.First > gate && !readLast.Exists(r => SharesMemory(r, leaf))
                && CanWrite(leaf, root);
            if (direct)
                Merge(root, leaf);
            else
                copies.Add((target, value));
        }
        // A leaf that gets another's old value, which itself changes: all are read before any is written.
        for (int i = 0; i < copies.Count; i++)
        {
            if (readLast.Contains(RootOf(copies[i].Value)) && writes.Any(w => SharesMemory(RootOf(w.Target), RootOf(copies[i].Value))))
            {
                int copy = NewValue(Handles[copies[i].Value].Spec);
                Copy(copies[i].Value, copy);
                copies[i] = copies[i] with { Value = copy };
            }
        }
        foreach (var (target, value) in copies)
            Copy(value, target);
    }

    /// <summary>Whether the memory of a leaf can hold a value from its making on: no step reads the old one afterwards.</summary>
    private bool CanWrite(Root leaf, Root value)
    {
        for (int at = value.First; at < Steps.Count; at++)
        {
            var step = Steps[at];
            if (!Array.Exists(step.Inputs, i => SharesMemory(RootOf(i), leaf)))
                continue;
            int output = Array.FindIndex(step.Outputs, o => ReferenceEquals(RootOf(o), value));
            if (at != value.First || output < 0 || step.Prepares || !CanTake(step, leaf, output))
                return false;
        }
        return true;
    }

    /// <summary>Whether two roots may be one piece of memory: a leaf is also what else looks at its storage.</summary>
    private bool SharesMemory(Root a, Root b) => ReferenceEquals(a, b) || (a.Kind == RootKind.Leaf && b.Kind == RootKind.Leaf && ReferenceEquals(StorageOf(a), StorageOf(b)));

    private Storage StorageOf(Root leaf) => leaf.Storage ??= Leaves[leaf.Index].Read().Storage;

    private void Finish()
    {
        for (int i = 0; i < Handles.Count; i++)
        {
            var root = Resolve(Handles[i].Root);
            if (!ReferenceEquals(root, Handles[i].Root))
                Handles[i] = Handles[i] with { Root = root };
        }
        // Copies were added since.
        FindUses();
        Arena.RemoveAll(r => r.Kind != RootKind.Arena || _merged.ContainsKey(r));
        for (int i = 0; i < Arena.Count; i++)
            Arena[i].Index = i;
    }
}
