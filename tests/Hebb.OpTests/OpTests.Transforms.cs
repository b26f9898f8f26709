using Hebb.Compile;

namespace Hebb.OpTests;

public partial class OpTests
{
    /// <summary>Forward and reverse mode are transposes of each other: the same number, whichever takes the derivative.</summary>
    [Theory, MemberData(nameof(Names))]
    public void ForwardIsReverseTransposed(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient || !row.Jvp)
            return;
        var inputs = row.Inputs();
        var weights = Weights(row, inputs);
        var directions = Directions(inputs);
        int[] moving = Moving(inputs);
        var (value, tangent) = Transform.Jvp(xs => Weigh(row.Run(Merge(inputs, moving, xs)), weights), Array.ConvertAll(moving, i => inputs[i]), Array.ConvertAll(moving, i => directions[i]!));
        if (!double.IsFinite(value.Item()))
            return;
        var gradients = Gradients(row, inputs, weights, out _);
        double[] terms = [.. moving.SelectMany(i => gradients[i]!.ToArray<double>().Zip(directions[i]!.ToArray<double>(), (g, d) => g * d))];
        double scale = Math.Max(1, terms.Sum(Math.Abs));
        Check.Close(Tensor.Scalar(terms.Sum() / scale, DType.Float64), tangent / scale, 1e-11, $"{name}, forward against reverse mode");
    }

    /// <summary>The gradient taken around Vmap is that of every example.</summary>
    [Theory, MemberData(nameof(Names))]
    public void GradientAroundVmap(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient || !row.Vmap)
            return;
        var inputs = row.Inputs();
        int[] moving = Moving(inputs);
        if (moving.Length == 0 || Array.Exists(inputs, x => x.Rank == Shape.MaxRank))
            return;
        var weights = Weights(row, inputs);
        Tensor[][] examples = [.. Enumerable.Range(0, 3).Select(b => Array.ConvertAll(moving, i => inputs[i] * (1 + 0.05 * b)))];
        Tensor[] stacked = [.. moving.Select((_, k) => Tensor.Stack([.. examples.Select(e => e[k])]))];
        var each = Transform.Vmap(xs => Weigh(row.Run(Merge(inputs, moving, xs)), weights));
        var gradients = Transform.GradMany(xs => each(xs).Sum())(stacked);
        for (int b = 0; b < examples.Length; b++)
        {
            var expected = Gradients(row, Merge(inputs, moving, examples[b]), weights, out _);
            for (int k = 0; k < moving.Length; k++)
                Check.Close(expected[moving[k]]!, gradients[k].Select(0, b), Math.Max(1e-10, row.Tolerance), $"{name}, gradient around Vmap, example {b}, input {moving[k]}");
        }
    }

    /// <summary>A checkpointed op has the op's bits, and so have its gradients.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Checkpointed(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient)
            return;
        var inputs = row.Inputs();
        int[] moving = Moving(inputs);
        var weights = Weights(row, inputs);
        var chosen = Array.ConvertAll(moving, i => inputs[i]);
        Tensor[] gradients;
        try
        {
            gradients = Transform.GradMany(xs => Weigh(Transform.CheckpointMany(ys => row.Run(Merge(inputs, moving, ys)))(xs), weights))(chosen);
        }
        catch (TraceException e) when (e.Message.Contains("depends on values"))
        {
            return;
        }
        var expected = Gradients(row, inputs, weights, out _);
        for (int k = 0; k < moving.Length; k++)
            Check.Same(expected[moving[k]]!, gradients[k], $"{name}, gradient of input {moving[k]} through a checkpoint");
    }

    private static Tensor[] Merge(Tensor[] inputs, int[] places, Tensor[] values)
    {
        var all = (Tensor[])inputs.Clone();
        for (int i = 0; i < places.Length; i++)
            all[places[i]] = values[i];
        return all;
    }
}
