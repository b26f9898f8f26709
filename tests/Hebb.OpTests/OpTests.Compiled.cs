namespace Hebb.OpTests;

public partial class OpTests
{
    /// <summary>A compiled op has the op's bits: run twice, the second time in an arena that the first has filled, and on inputs with gaps.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Compiled(string name)
    {
        var row = OpTable.Case(name);
        var inputs = row.Inputs();
        var compiled = Transform.Compile(xs => row.Run(xs));
        Same(row.Run(inputs), compiled.Call(inputs), $"{name}, compiled");
        Tensor[] scaled = Array.ConvertAll(inputs, x => x.DType == DType.Float64 ? x * 1.0625 : x);
        Same(row.Run(scaled), compiled.Call(scaled), $"{name}, compiled, other values");
        Same(row.Run(inputs), compiled.Call(Array.ConvertAll(inputs, Scattered)), $"{name}, compiled, on inputs that are not contiguous");
        Assert.True(compiled.FallbackReason is not { } reason || reason.Contains("depends on values") || reason.Contains("can't be read inside Trace"), $"{name}: {compiled.FallbackReason}");
    }

    /// <summary>So has the compiled gradient.</summary>
    [Theory, MemberData(nameof(Names))]
    public void CompiledGradient(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient)
            return;
        var inputs = row.Inputs();
        int[] moving = Moving(inputs);
        var weights = Weights(row, inputs);
        var gradient = Transform.GradMany(xs => Weigh(row.Run(xs), weights), moving);
        var compiled = Transform.Compile(gradient);
        Same(gradient(inputs), compiled.Call(inputs), $"{name}, compiled gradient");
        Same(gradient(inputs), compiled.Call(inputs), $"{name}, compiled gradient again");
    }

    private static void Same(Tensor[] expected, Tensor[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Check.Same(expected[i], actual[i], $"{what}, output {i}");
    }
}
