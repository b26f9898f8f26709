using System.Runtime.CompilerServices;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Elements that lie nowhere: a reduction asks for runs of them, and they are computed then. Each may be asked for once.</summary>
internal sealed unsafe class ElementSource
{
    private FusedProgram? _program;
    private byte** _direct, _results;
    private Operand* _operands;
    private int _slot, _outputs, _size;

    /// <summary>Whether reductions of this thread read from here.</summary>
    public bool IsOpen => _program is not null;

    /// <param name="program">What computes them.</param>
    /// <param name="slot">Which of its outputs they are. The others are written to where they belong.</param>
    /// <param name="direct">Its inputs, as for <see cref="FusedProgram.Run"/>.</param>
    /// <param name="operands">The same.</param>
    /// <param name="results">Where its outputs lie; that of <paramref name="slot"/> is not read.</param>
    public void Open(FusedProgram program, int slot, byte** direct, Operand* operands, byte** results)
    {
        (_program, _slot, _outputs, _size) = (program, slot, program.Outputs.Length, program.Outputs[slot].Size);
        _direct = direct;
        _operands = operands;
        _results = results;
    }

    public void Close() => _program = null;

    /// <summary>Computes a run of elements, from <paramref name="start"/> on in row-major order, in their own type. Any thread may.</summary>
    [SkipLocalsInit]
    public void Read(long start, int count, byte* to)
    {
        byte** results = stackalloc byte*[_outputs];
        for (int i = 0; i < _outputs; i++)
            results[i] = i == _slot ? to - start * _size : _results[i];
        _program!.Run(_direct, _operands, results, start, start + count, streams: false);
    }
}
