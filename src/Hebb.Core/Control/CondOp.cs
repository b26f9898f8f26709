using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>One of two functions of the same operands, by a predicate: inputs are the predicate and the operands.</summary>
internal sealed class CondOp(Body then, Body otherwise) : ControlPrimitive
{
    public override string Name => "cond";

    public override string DisplayName => "Control.Cond";

    public override string[] BodyNames => ["the function where true", "the function where false"];

    public override Body[] Bodies => [then, otherwise];

    public override ControlPrimitive With(Body[] bodies, int[] sizes) => new CondOp(bodies[0], bodies[1]);

    public override TensorSpec[] BodyInputs(TensorSpec[] inputs) => inputs[1..];

    public override int Outputs => then.Outputs.Length;

    public override bool AcceptsStrided => true;

    /// <summary>Outside plans the function runs op by op: to plan what runs once does not pay.</summary>
    public override bool MakesOutputs => true;

    public override Saved Saves => Saved.Inputs;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => then.Outputs.CopyTo(outputs);

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs[0] is not { DType: DType.Bool, Shape.Rank: 0 })
            throw new FormatException($"{Name}: a predicate {inputs[0]}, not one Bool");
        CheckBody(then, inputs[1..]);
        CheckBody(otherwise, inputs[1..]);
        if (!then.Outputs.AsSpan().SequenceEqual(otherwise.Outputs))
            throw new FormatException($"{Name}: its functions give {string.Join(", ", then.Outputs)} and {string.Join(", ", otherwise.Outputs)}");
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Taken(inputs[0]).Plan.Run(inputs[1..], outputs);

    public override Tensor[] RunDynamic(CpuContext c, ReadOnlySpan<Tensor> inputs)
    {
        using var _ = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        var made = Taken(inputs[0]).Apply(inputs[1..]);
        for (int i = 0; i < made.Length; i++)
        {
            // The tape marks outputs as this op's, and the scope lets go of its own: one that is an input, or stands twice, needs memory of its own.
            if (made[i].Storage.Scope != EngineThread.Current.Scope || made.AsSpan(0, i).Contains(made[i]))
                made[i] = made[i].Clone();
            scope.Keep(made[i]);
        }
        return made;
    }

    private unsafe Body Taken(Tensor predicate) => *predicate.Pointer != 0 ? then : otherwise;

    /// <summary>Both, and of the results those that the predicate wants.</summary>
    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var predicate = inputs[0];
        return [.. then.Apply(inputs[1..]).Zip(otherwise.Apply(inputs[1..]), (a, b) => Tensor.Where(predicate, a, b))];
    }

    public override void Vjp(in VjpContext c)
    {
        int count = then.Inputs.Length;
        var inputs = new Tensor[count];
        var wanted = new List<int>();
        var given = new List<int>();
        var gradients = new List<Tensor>();
        for (int i = 0; i < count; i++)
        {
            inputs[i] = c.Input(i + 1);
            if (c.Needs(i + 1))
                wanted.Add(i);
        }
        for (int i = 0; i < then.Outputs.Length; i++)
        {
            if (!c.HasGrad(i))
                continue;
            given.Add(i);
            gradients.Add(c.Grad(i));
        }
        var op = new CondOp(then.Backward([.. wanted], [.. given]), otherwise.Backward([.. wanted], [.. given]));
        var results = Engine.ApplyAll(op, [c.Input(0), .. inputs, .. gradients]);
        for (int i = 0; i < results.Length; i++)
            c.Set(wanted[i] + 1, results[i]);
    }

    public override void Jvp(in JvpContext c)
    {
        var moving = new List<int>();
        var tangents = new List<Tensor>();
        for (int i = 0; i < then.Inputs.Length; i++)
        {
            if (!c.Has(i + 1))
                continue;
            moving.Add(i);
            tangents.Add(c.Tangent(i + 1));
        }
        var results = Engine.ApplyAll(new CondOp(then.Forward([.. moving]), otherwise.Forward([.. moving])), [.. c.Inputs, .. tangents]);
        int at = then.Outputs.Length;
        foreach (int i in Body.Differentiable(then.Outputs))
            c.Set(i, results[at++]);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        if (c.IsBatched(0))
            return c.Decomposed(this);
        var batched = new bool[then.Inputs.Length];
        for (int i = 0; i < batched.Length; i++)
            batched[i] = c.IsBatched(i + 1);
        var all = new bool[then.Outputs.Length];
        Array.Fill(all, true);
        return Engine.ApplyAll(new CondOp(then.Batch(batched, c.Size, c.Axis, all).Body, otherwise.Batch(batched, c.Size, c.Axis, all).Body), c.Values);
    }
}
