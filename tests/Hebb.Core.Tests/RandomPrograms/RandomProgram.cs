namespace Hebb.Core.Tests.RandomPrograms;

/// <summary>One line of a program: which op, and numbers from which it takes its operands and attributes, whatever they are.</summary>
internal readonly record struct Instruction(int Op, int A, int B, int C);

/// <summary>
/// Inputs of random shapes and types, and ops on them and on each other. Any numbers make a legal program: an op that does not take what it is given is changed until
/// it does. So a program that fails can be cut down line by line.
/// </summary>
internal sealed class RandomProgram
{
    private static readonly DType[] Types = [DType.Float32, DType.Float64, DType.Float32, DType.Int32, DType.Bool, DType.Float64];

    private readonly List<Step> _steps = [];
    private readonly int[] _outputs;

    /// <param name="inputs">Types and sizes of the inputs, as numbers.</param>
    /// <param name="instructions">The lines.</param>
    public RandomProgram(Instruction[] inputs, Instruction[] instructions)
    {
        (InputLines, Lines) = (inputs, instructions);
        Specs = Array.ConvertAll(inputs, Spec);
        var values = new List<Value>();
        foreach (var x in Example(0))
            values.Add(new Value(x, IsExact: true, Bound: 3));
        foreach (var line in instructions)
        {
            var step = Step.Resolve(line, values);
            _steps.Add(step);
            values.Add(step.Result);
        }
        // The last values, and what nothing else reads would otherwise be dropped unseen.
        _outputs = [.. Enumerable.Range(0, values.Count).TakeLast(4)];
    }

    public Instruction[] InputLines { get; }

    public Instruction[] Lines { get; }

    public TensorSpec[] Specs { get; }

    /// <summary>The inputs that have gradients.</summary>
    public int[] Floats => [.. Enumerable.Range(0, Specs.Length).Where(i => Specs[i].DType.IsFloat)];

    public Tensor[] Run(Tensor[] inputs)
    {
        var values = new List<Tensor>(inputs);
        foreach (var step in _steps)
            values.Add(step.Apply(values));
        return Array.ConvertAll(_outputs, o => values[o]);
    }

    /// <summary>The gradients of a sum of all float outputs.</summary>
    public Tensor[] Gradients(Tensor[] inputs) => Transform.GradMany(
        xs =>
        {
            Tensor sum = Tensor.Scalar(0, DType.Float64);
            foreach (var y in Run(xs).Where(y => y.DType.IsFloat))
                sum += (y.To(DType.Float64) * 0.37).Sum();
            return sum;
        },
        Floats)(inputs);

    /// <summary>Values for the inputs.</summary>
    public Tensor[] Example(ulong number)
    {
        var rng = new Rng(number + 17);
        return Array.ConvertAll(Specs, s =>
            s.DType == DType.Bool ? Tensor.RandN(s.Shape, rng: rng) > 0
            : s.DType == DType.Int32 ? Tensor.RandInt(-3, 4, s.Shape, dtype: DType.Int32, rng: rng)
            : Tensor.RandN(s.Shape, dtype: s.DType, rng: rng).Clamp(-3, 3));
    }

    /// <summary>Shorter and simpler programs.</summary>
    public IEnumerable<RandomProgram> Shrink()
    {
        for (int count = Lines.Length / 2; count >= 1; count /= 2)
        {
            for (int at = Lines.Length - count; at >= 0; at -= count)
                yield return new RandomProgram(InputLines, [.. Lines[..at], .. Lines[(at + count)..]]);
        }
        for (int i = 0; i < InputLines.Length; i++)
        {
            if (InputLines.Length > 1)
                yield return new RandomProgram([.. InputLines[..i], .. InputLines[(i + 1)..]], Lines);
            foreach (int b in new[] { 0, 1 })
            {
                if (InputLines[i].A > b)
                    yield return new RandomProgram([.. InputLines[..i], InputLines[i] with { A = b }, .. InputLines[(i + 1)..]], Lines);
            }
        }
    }

    /// <summary>The program as lines of C#.</summary>
    public override string ToString()
    {
        var lines = Specs.Select((s, i) => $"var v{i} = {s};").Concat(_steps.Select((s, i) => $"var v{Specs.Length + i} = {s.Text};    // {s.Result.Tensor.Spec}"));
        return $"\n{string.Join('\n', lines)}\nreturn [{string.Join(", ", _outputs.Select(o => $"v{o}"))}];\n"
            + $"new RandomProgram([{string.Join(", ", InputLines.Select(Code))}], [{string.Join(", ", Lines.Select(Code))}])\n";

        static string Code(Instruction i) => $"new({i.Op}, {i.A}, {i.B}, {i.C})";
    }

    // Rank A, sizes from B and C: mostly 1 to 5, at times 0, and such that are no whole vectors.
    private static TensorSpec Spec(Instruction line)
    {
        int rank = line.A % 4;
        var sizes = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int number = (line.B >> (5 * i)) & 31;
            sizes[i] = number == 31 ? 0 : number >= 29 ? 17 : number % 3 == 0 ? 1 : number % 3 == 1 ? 3 : 1 + number % 5;
        }
        return new TensorSpec(sizes, Types[line.Op % Types.Length]);
    }
}

/// <summary>A value of a program.</summary>
/// <param name="Tensor">What it is at the first example.</param>
/// <param name="IsExact">Whether every form of the program gives its very bits: branches on it go the same way in all.</param>
/// <param name="Bound">No element is greater.</param>
internal readonly record struct Value(Tensor Tensor, bool IsExact, double Bound);
