using Hebb.Compile;

namespace Hebb.Transforms;

/// <summary>Control ops as files hold them: a name, numbers, sizes that may follow from those of tensors, and functions. What a file says is checked by <see cref="Primitive.CheckAttributes"/>.</summary>
internal static class ControlRecord
{
    /// <summary>Whether an op of this name holds functions.</summary>
    public static bool Holds(string op) => op is "scan" or "while" or "cond";

    /// <summary>The numbers of an op that never change.</summary>
    public static int[] Settings(ControlPrimitive op) => op is ScanOp scan ? [scan.Closed, scan.States, scan.IsReverse ? 1 : 0] : [];

    /// <summary>How many functions an op has.</summary>
    public static int Functions(string op) => op == "scan" ? 1 : 2;

    /// <summary>The outputs that stand for results, without what an op keeps for its derivative.</summary>
    public static int Results(ControlPrimitive op) => op is ScanOp ? op.Bodies[0].Outputs.Length : op.Outputs;

    /// <summary>What the functions of an op read.</summary>
    /// <exception cref="FormatException">There is no op of such inputs.</exception>
    public static TensorSpec[] BodyInputs(string op, TensorSpec[] inputs, IReadOnlyList<int> settings)
    {
        if (settings.Count != (op == "scan" ? 3 : 0))
            throw new FormatException($"{op}: {settings.Count} numbers");
        if (op == "while")
            return inputs;
        if (op == "cond")
            return inputs.Length > 0 ? inputs[1..] : throw new FormatException("cond: no inputs");
        if (settings[0] < 0 || settings[1] < 0 || (long)settings[0] + settings[1] > inputs.Length || settings[2] is not (0 or 1))
            throw new FormatException($"scan: {string.Join(", ", settings)} are no numbers for {inputs.Length} inputs");
        int whole = settings[0] + settings[1];
        for (int i = whole; i < inputs.Length; i++)
        {
            if (inputs[i].Shape.Rank == 0)
                throw new FormatException($"scan: input {i} has no axis to go along");
        }
        return [.. inputs.Select((x, i) => i < whole ? x : x with { Shape = x.Shape.Remove(0) })];
    }

    /// <summary>The op of functions that read what <see cref="BodyInputs"/> says.</summary>
    /// <exception cref="FormatException">The functions or sizes are not those of such an op.</exception>
    public static ControlPrimitive Create(string op, IReadOnlyList<int> settings, int[] sizes, Graph[] functions)
    {
        if (functions.Length != Functions(op) || sizes.Length > 1 || (op == "scan" && sizes.Length == 0) || (op == "cond" && sizes.Length > 0))
            throw new FormatException($"{op}: {functions.Length} functions and {sizes.Length} sizes");
        Body[] bodies = Array.ConvertAll(functions, Body.Of);
        return op switch
        {
            "scan" => settings[1] <= bodies[0].Outputs.Length
                ? new ScanOp(bodies[0], settings[0], settings[1], sizes[0], settings[2] != 0)
                : throw new FormatException($"scan: a state of {settings[1]}, but {bodies[0].Outputs.Length} results"),
            "while" => bodies[1].Outputs.Length <= bodies[1].Inputs.Length
                ? new WhileOp(bodies[0], bodies[1], sizes.Length > 0 ? sizes[0] : null)
                : throw new FormatException($"while: {bodies[1].Outputs.Length} results of {bodies[1].Inputs.Length} inputs"),
            _ => new CondOp(bodies[0], bodies[1]),
        };
    }
}
