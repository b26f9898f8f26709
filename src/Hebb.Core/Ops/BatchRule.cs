using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>What a batching rule works with. A batched input has its batch axis in front; the others are shared by all examples.</summary>
public sealed class BatchContext
{
    private readonly BatchInterpreter _interpreter;
    private readonly Tensor[] _inputs;
    private readonly bool[] _batched;

    internal BatchContext(BatchInterpreter interpreter, Tensor[] inputs, Tensor[] values, bool[] batched, TensorSpec[] specs, TensorSpec[] outputs)
    {
        _interpreter = interpreter;
        _inputs = inputs;
        Values = values;
        _batched = batched;
        Specs = specs;
        OutputSpecs = outputs;
    }

    /// <summary>The batch size.</summary>
    public int Size => _interpreter.Size;

    /// <summary>What <see cref="NamedAxis"/> calls the batch.</summary>
    internal string? Axis => _interpreter.Axis;

    /// <summary>The inputs, batch axes in front where there are any.</summary>
    public Tensor[] Values { get; }

    /// <summary>Shapes and types of the inputs as one example sees them.</summary>
    public TensorSpec[] Specs { get; }

    /// <summary>Shapes and types of the outputs for one example.</summary>
    public TensorSpec[] OutputSpecs { get; }

    public bool IsBatched(int i) => _batched[i];

    /// <summary>An input with a batch axis in front in any case; a shared one is expanded, not copied.</summary>
    public Tensor Expanded(int i) => _batched[i] ? Values[i] : Values[i].Unsqueeze(0).Expand(Values[i].Shape.Insert(0, Size));

    /// <summary>The outputs by way of the op's decomposition, whose ops are carried over the batch by rules of their own.</summary>
    public Tensor[] Decomposed(Primitive primitive) => Array.ConvertAll(primitive.Decompose(_inputs), _interpreter.Open);

    /// <summary>Input 0 is batched and no other.</summary>
    public bool OnlyFirst
    {
        get
        {
            for (int i = 1; i < _batched.Length; i++)
            {
                if (_batched[i])
                    return false;
            }
            return _batched[0];
        }
    }
}

/// <summary>How an op is carried over a batch.</summary>
public abstract class BatchRule
{
    private static long s_loops;

    /// <summary>Elementwise with broadcasting: batch axes are lined up in front.</summary>
    public static BatchRule Broadcast { get; } = new BroadcastRule();

    /// <summary>One input; the op's axes move by one (<see cref="Primitive.Shifted"/>).</summary>
    public static BatchRule ShiftAxis { get; } = new ShiftRule();

    /// <summary>Input 0 and the outputs have a batch axis of their own in front: the two are folded into one. Loops where another input is batched.</summary>
    public static BatchRule FoldIntoBatch { get; } = new FoldRule();

    /// <summary>The op's own rule, <see cref="Primitive.Batch"/>.</summary>
    public static BatchRule Own { get; } = new OwnRule();

    /// <summary>One example after another; the last resort, counted in <see cref="LoopCount"/>.</summary>
    public static BatchRule Loop { get; } = new LoopRule();

    /// <summary>How often a loop had to serve since the program started.</summary>
    public static long LoopCount => Interlocked.Read(ref s_loops);

    public abstract Tensor[] Apply(Primitive primitive, BatchContext c);

    private sealed class BroadcastRule : BatchRule
    {
        public override Tensor[] Apply(Primitive primitive, BatchContext c)
        {
            int rank = 0;
            foreach (var spec in c.Specs)
                rank = Math.Max(rank, spec.Shape.Rank);
            var inputs = new Tensor[c.Values.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                var shape = c.Values[i].Shape;
                if (c.IsBatched(i))
                {
                    while (shape.Rank <= rank)
                        shape = shape.Insert(1);
                }
                inputs[i] = c.Values[i].Reshape(shape);
            }
            return Engine.ApplyAll(primitive, inputs);
        }
    }

    private sealed class ShiftRule : BatchRule
    {
        public override Tensor[] Apply(Primitive primitive, BatchContext c) =>
            c.OnlyFirst ? Engine.ApplyAll(primitive.Shifted(c.Specs[0].Shape.Rank), c.Values) : Loop.Apply(primitive, c);
    }

    private sealed class FoldRule : BatchRule
    {
        public override Tensor[] Apply(Primitive primitive, BatchContext c)
        {
            if (!c.OnlyFirst)
                return Loop.Apply(primitive, c);
            var values = (Tensor[])c.Values.Clone();
            values[0] = values[0].Flatten(0, 1);
            var outputs = Engine.ApplyAll(primitive, values);
            for (int i = 0; i < outputs.Length; i++)
                outputs[i] = outputs[i].Reshape(c.OutputSpecs[i].Shape.Insert(0, c.Size));
            return outputs;
        }
    }

    private sealed class OwnRule : BatchRule
    {
        public override Tensor[] Apply(Primitive primitive, BatchContext c) => primitive.Batch(c);
    }

    private sealed class LoopRule : BatchRule
    {
        public override Tensor[] Apply(Primitive primitive, BatchContext c)
        {
            Interlocked.Increment(ref s_loops);
            EngineThread.Current.Loops++;
            var parts = new Tensor[primitive.Outputs][];
            for (int o = 0; o < parts.Length; o++)
                parts[o] = new Tensor[c.Size];
            var inputs = new Tensor[c.Values.Length];
            for (int b = 0; b < c.Size; b++)
            {
                for (int i = 0; i < inputs.Length; i++)
                    inputs[i] = c.IsBatched(i) ? c.Values[i].Select(0, b) : c.Values[i];
                var outputs = Engine.ApplyAll(primitive, inputs);
                for (int o = 0; o < outputs.Length; o++)
                    parts[o][b] = outputs[o];
            }
            return Array.ConvertAll(parts, p => Tensor.Stack(p));
        }
    }
}
