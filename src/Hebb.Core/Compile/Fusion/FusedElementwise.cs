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
        int loads = program.Loads.Length;
        byte** direct = stackalloc byte*[loads];
        Operand* operands = stackalloc Operand[loads];
        ulong* numbers = stackalloc ulong[loads];
        byte** results = stackalloc byte*[outputs.Length];
        FusedOperands.Bind(program, inputs, direct, operands, numbers);
        for (int i = 0; i < outputs.Length; i++)
            results[i] = outputs[i].Pointer;
        if (program.Count <= program.Block)
            program.Run(direct, operands, results, 0, program.Count);
        else
            ParallelFor.Ranges(program.Count, program.Block, new Body(program, direct, operands, results));
    }

    private readonly struct Body(FusedProgram program, byte** direct, Operand* operands, byte** results) : IRangeBody
    {
        public void Invoke(long start, long end) => program.Run(direct, operands, results, start, end);
    }
}

/// <summary>Binds tensors to the loads of a program.</summary>
internal static unsafe class FusedOperands
{
    /// <param name="program">What reads them.</param>
    /// <param name="inputs">The tensors.</param>
    /// <param name="direct">Gets, for each load, what is read where it lies; null for the others.</param>
    /// <param name="operands">Gets the others.</param>
    /// <param name="numbers">Room for numbers that are of another type than they are read in.</param>
    public static void Bind(FusedProgram program, ReadOnlySpan<Tensor> inputs, byte** direct, Operand* operands, ulong* numbers)
    {
        var loads = program.Loads;
        for (int i = 0; i < loads.Length; i++)
        {
            var input = inputs[loads[i].Input];
            var type = loads[i].Type;
            direct[i] = input.Pointer;
            if (loads[i].IsNumber)
            {
                if (input.DType == type)
                    continue;
                direct[i] = (byte*)(numbers + i);
                Converting.Convert(input.Pointer, input.DType, direct[i], type, 1);
            }
            else if (!input.IsContiguous || input.DType != type || input.Sizes != program.Shape)
            {
                direct[i] = null;
                operands[i] = new Operand(input, program.Shape, type, exact: type == input.DType);
            }
        }
    }
}
