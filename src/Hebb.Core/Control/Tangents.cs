namespace Hebb.Transforms;

/// <summary>The inputs of a loop that carries tangents beside its state: [closed, tangents of closed, state, tangents of state, stacked, tangents of stacked].</summary>
internal sealed class Tangents
{
    /// <param name="c">Values and tangents of the loop itself.</param>
    /// <param name="closed">How many inputs are the same in every iteration.</param>
    /// <param name="states">Shapes and types of the state.</param>
    /// <param name="stacked">How many inputs are gone through along their first axis.</param>
    public Tangents(in JvpContext c, int closed, TensorSpec[] states, int stacked)
    {
        var inputs = new List<Tensor>();
        var specs = new List<TensorSpec>();
        int count = closed + states.Length + stacked;
        var primals = new int[count];
        var moving = new List<int>();
        var order = new List<int>();
        foreach (var (start, length, isState, isStacked) in new[] { (0, closed, false, false), (closed, states.Length, true, false), (closed + states.Length, stacked, false, true) })
        {
            for (int i = start; i < start + length; i++)
            {
                primals[i] = inputs.Count;
                Add(c.Input(i), isStacked);
            }
            for (int i = start; i < start + length; i++)
            {
                // A state that has no tangent at first may get one on the way.
                if (!(isState ? c.Input(i).DType.IsDifferentiable : c.Has(i)))
                    continue;
                moving.Add(i);
                order.Add(inputs.Count);
                Add(c.Tangent(i), isStacked);
            }
            if (!isState && !isStacked)
                Closed = inputs.Count;
            if (isState)
                States = inputs.Count - Closed;
        }
        (Inputs, Specs, Primals, Moving, Order) = ([.. inputs], [.. specs], primals, [.. moving], [.. order]);

        void Add(Tensor x, bool isStacked)
        {
            inputs.Add(x);
            specs.Add(isStacked ? x.Spec with { Shape = x.Shape.Remove(0) } : x.Spec);
        }
    }

    /// <summary>The inputs of the new loop.</summary>
    public Tensor[] Inputs { get; }

    /// <summary>Those of its body.</summary>
    public TensorSpec[] Specs { get; }

    /// <summary>Where the inputs of the old loop stand among the new.</summary>
    public int[] Primals { get; }

    /// <summary>The old inputs that have tangents.</summary>
    public int[] Moving { get; }

    /// <summary>Where these tangents stand among the new inputs.</summary>
    public int[] Order { get; }

    /// <summary>How many of the new inputs are the same in every iteration.</summary>
    public int Closed { get; }

    /// <summary>How many are state.</summary>
    public int States { get; }
}
