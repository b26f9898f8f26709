using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Elementwise ops and a reduction of what they give, which is never written: the reduction computes its runs of elements when it comes to them, and combines
/// them in its own order, so the bits are those of the ops one by one. Made by <see cref="ReductionFusion"/>.
/// </summary>
internal sealed unsafe class FusedReduction : Primitive
{
    private readonly FusedProgram _program;
    private readonly ReducePrimitive _reduction;
    private readonly Tensor _shape;
    private readonly int _slot;
    private readonly TensorSpec[] _outputs;
    private readonly long _flops;
    private string _text;

    /// <param name="program">The elementwise ops.</param>
    /// <param name="slot">Which of its outputs is reduced.</param>
    /// <param name="reduced">Shape and type of that.</param>
    /// <param name="reduction">What reduces it. It asks for every element once.</param>
    /// <param name="outputs">The result, then the other outputs of the program.</param>
    /// <param name="text">The names of all ops.</param>
    /// <param name="flops">What they cost.</param>
    public FusedReduction(FusedProgram program, int slot, TensorSpec reduced, ReducePrimitive reduction, TensorSpec[] outputs, string text, long flops)
    {
        (_program, _slot, _reduction, _outputs, _text, _flops) = (program, slot, reduction, outputs, text, flops);
        _shape = new Tensor(new Nowhere(), reduced, null, 0);
    }

    public override string Name => "fused_reduction";

    public override string DisplayName => _reduction.DisplayName;

    public override int Outputs => _outputs.Length;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override void Describe(AttributeVisitor v) => v.Text("ops", ref _text);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> specs) => _outputs.CopyTo(specs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> specs) => _flops;

    [SkipLocalsInit]
    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        int loads = _program.Loads.Length;
        byte** direct = stackalloc byte*[loads];
        Operand* operands = stackalloc Operand[loads];
        ulong* numbers = stackalloc ulong[loads];
        byte** results = stackalloc byte*[outputs.Length];
        FusedOperands.Bind(_program, inputs, direct, operands, numbers);
        for (int i = 0, next = 1; i < outputs.Length; i++)
            results[i] = i == _slot ? null : outputs[next++].Pointer;
        c.Source.Open(_program, _slot, direct, operands, results);
        try
        {
            _reduction.Run(c, new ReadOnlySpan<Tensor>(in _shape), outputs[..1]);
        }
        finally
        {
            c.Source.Close();
        }
    }

    /// <summary>Stands for memory that never is.</summary>
    private sealed class Nowhere : Storage
    {
        internal override void Release()
        {
        }
    }
}
