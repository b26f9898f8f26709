using Hebb.Compile;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>A function inside a control op: a graph that reads nothing but its inputs and numbers, and a plan that runs it. Its derivatives and batched forms are such functions too.</summary>
internal sealed partial class Body
{
    private readonly Graph _graph;
    private readonly Lazy<CpuPlan> _plan;

    private Body(Graph graph)
    {
        _graph = graph;
        Inputs = [.. graph.Inputs.Select(x => x.Spec)];
        Outputs = [.. graph.Outputs.Select(y => y.Spec)];
        _plan = new Lazy<CpuPlan>(() => new CpuPlan(Pipeline.Optimize(graph, guards: null)));
    }

    /// <summary>The function that a graph of its inputs and of numbers is.</summary>
    public static Body Of(Graph graph) => new(graph);

    public Graph Graph => _graph;

    public TensorSpec[] Inputs { get; }

    public TensorSpec[] Outputs { get; }

    /// <summary>Kernels in a row; made when first asked for.</summary>
    public CpuPlan Plan => _plan.Value;

    /// <summary>Writes a function of its inputs alone down as a graph.</summary>
    public static Body Capture(Func<Tensor[], Tensor[]> f, params ReadOnlySpan<TensorSpec> inputs) => new(Tracing.CaptureWhole(f, inputs));

    /// <summary>Another graph in place of this one.</summary>
    public Body With(Func<Graph, Graph> change) => new(change(_graph));

    /// <summary>The function with its first outputs alone.</summary>
    public Body First(int outputs) => With(graph => DeadCode.Remove(new Graph(graph.Inputs, graph.Nodes, graph.Outputs.Take(outputs))));

    /// <summary>Applies the function op by op, so that transforms and the tape see it.</summary>
    public Tensor[] Apply(params ReadOnlySpan<Tensor> inputs) => _graph.Run(inputs);

    /// <summary>Forward mode: takes tangents of some inputs after the inputs, gives those of the differentiable outputs after the outputs.</summary>
    /// <param name="moving">The inputs that have tangents.</param>
    public Body Forward(int[] moving)
    {
        int count = Inputs.Length;
        int[] differentiable = Differentiable(Outputs);
        return Capture(
            all =>
            {
                var (values, tangents) = Transform.Jvp(xs => Apply(Replaced(all.AsSpan(0, count), moving, xs)), Array.ConvertAll(moving, i => all[i]), all.AsSpan(count));
                return [.. values, .. differentiable.Select(i => tangents[i])];
            },
            [.. Inputs, .. moving.Select(i => Inputs[i])]);
    }

    /// <summary>Reverse mode: takes gradients of some outputs after the inputs, gives those of some inputs. What lies between is computed again.</summary>
    /// <param name="wanted">The inputs whose gradients it gives.</param>
    /// <param name="given">The outputs whose gradients it takes; those of the others are zero.</param>
    public Body Backward(int[] wanted, int[] given)
    {
        int count = Inputs.Length;
        return Capture(
            all =>
            {
                var (_, pullback) = Transform.Vjp(
                    xs =>
                    {
                        var values = Apply(Replaced(all.AsSpan(0, count), wanted, xs));
                        return Array.ConvertAll(given, i => values[i]);
                    },
                    Array.ConvertAll(wanted, i => all[i]));
                return pullback(all[count..]);
            },
            [.. Inputs, .. given.Select(i => Outputs[i])]);
    }

    /// <summary>The function over a batch, whose axis is in front wherever there is one.</summary>
    /// <param name="batched">Which inputs have it.</param>
    /// <param name="size">The batch size.</param>
    /// <param name="axis">What <see cref="NamedAxis"/> calls it.</param>
    /// <param name="always">The outputs that get it in any case, counted from the first.</param>
    /// <returns>The function, and which of its outputs have a batch axis.</returns>
    public (Body Body, bool[] Batched) Batch(bool[] batched, int size, string? axis, ReadOnlySpan<bool> always)
    {
        bool[] forced = always.ToArray(), found = new bool[Outputs.Length];
        var specs = new TensorSpec[Inputs.Length];
        for (int i = 0; i < specs.Length; i++)
            specs[i] = batched[i] ? Inputs[i] with { Shape = Inputs[i].Shape.Insert(0, size) } : Inputs[i];
        var body = Capture(
            all =>
            {
                var interpreter = new BatchInterpreter(size, axis);
                try
                {
                    for (int i = 0; i < all.Length; i++)
                        all[i] = batched[i] ? interpreter.Wrap(all[i]) : all[i];
                    var outputs = Apply(all);
                    for (int i = 0; i < outputs.Length; i++)
                    {
                        found[i] = interpreter.IsBatched(outputs[i], out var value) || (i < forced.Length && forced[i]);
                        outputs[i] = found[i] ? interpreter.Open(outputs[i]) : value;
                    }
                    return outputs;
                }
                finally
                {
                    interpreter.End();
                }
            },
            specs);
        return (body, found);
    }

    /// <summary>The same for a loop, whose state has a batch axis once anything gives it one.</summary>
    /// <param name="carries">For each carry whether it has the axis; those that turn out to get it on the way are marked.</param>
    /// <param name="place">The number of the first carry among the inputs. Among the outputs carries come first.</param>
    /// <param name="batched">Which inputs have the axis.</param>
    /// <param name="size">The batch size.</param>
    /// <param name="axis">What <see cref="NamedAxis"/> calls it.</param>
    public (Body Body, bool[] Batched) BatchLoop(bool[] carries, int place, bool[] batched, int size, string? axis)
    {
        while (true)
        {
            carries.CopyTo(batched, place);
            var result = Batch(batched, size, axis, carries);
            if (carries.AsSpan().SequenceEqual(result.Batched.AsSpan(0, carries.Length)))
                return result;
            result.Batched.AsSpan(0, carries.Length).CopyTo(carries);
        }
    }

    /// <summary>The numbers of the specs that have gradients.</summary>
    public static int[] Differentiable(ReadOnlySpan<TensorSpec> specs)
    {
        var found = new List<int>();
        for (int i = 0; i < specs.Length; i++)
        {
            if (specs[i].DType.IsDifferentiable)
                found.Add(i);
        }
        return [.. found];
    }

    private static Tensor[] Replaced(ReadOnlySpan<Tensor> tensors, int[] places, Tensor[] values)
    {
        Tensor[] result = tensors.ToArray();
        for (int i = 0; i < places.Length; i++)
            result[places[i]] = values[i];
        return result;
    }
}
