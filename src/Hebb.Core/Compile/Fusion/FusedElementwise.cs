using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Several elementwise ops in one pass over memory: a tile at a time through all of them, in the first-level cache. Same bits as the ops one by one.
/// Made by <see cref="ElementwiseFusion"/>; plans run it, transforms never see it.
/// </summary>
internal sealed unsafe class FusedElementwise(FusedProgram program, TensorSpec[] outputs, string text, long flops) : Primitive
{
    private string _text = text;

    public FusedProgram Program => program;

    public override string Name => "fused";

    public override string DisplayName => "Fused";

    public override int Outputs => outputs.Length;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool CanRunInPlace(int input, int output) => program.CanOverwrite(input, output);

    public override void Describe(AttributeVisitor v) => v.Text("ops", ref _text);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> specs) => outputs.CopyTo(specs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> specs) => flops;

    [SkipLocalsInit]
    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (program.Count == 0)
            return;
        var loads = program.Loads;
        Operand* operands = stackalloc Operand[loads.Length];
        ulong* numbers = stackalloc ulong[loads.Length];
        byte** results = stackalloc byte*[outputs.Length];
        FusedOperands.Bind(program, inputs, operands, numbers);
        for (int i = 0; i < outputs.Length; i++)
            results[i] = outputs[i].Pointer;
        if (program.Count <= program.Block)
            program.Run(operands, numbers, results, 0, program.Count);
        else
            ParallelFor.Ranges(program.Count, program.Block, new Body(program, operands, numbers, results));
    }

    private readonly struct Body(FusedProgram program, Operand* operands, ulong* numbers, byte** results) : IRangeBody
    {
        public void Invoke(long start, long end) => program.Run(operands, numbers, results, start, end);
    }
}

/// <summary>Binds tensors to the loads of a program.</summary>
internal static unsafe class FusedOperands
{
    /// <param name="program">What reads them.</param>
    /// <param name="inputs">The tensors.</param>
    /// <param name="operands">Gets one operand a load.</param>
    /// <param name="numbers">Gets those that are numbers.</param>
    public static void Bind(FusedProgram program, ReadOnlySpan<Tensor> inputs, Operand* operands, ulong* numbers)
    {
        var loads = program.Loads;
        var shape = program.Shape;
        for (int i = 0; i < loads.Length; i++)
        {
            var input = inputs[loads[i].Input];
            if (loads[i].IsNumber)
                Converting.Convert(input.Pointer, input.DType, (byte*)(numbers + i), loads[i].Type, 1);
            else
                operands[i] = new Operand(input, shape, loads[i].Type, exact: loads[i].Type == input.DType);
        }
    }
}
