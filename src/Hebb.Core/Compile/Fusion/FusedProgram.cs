using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>One step of a <see cref="FusedProgram"/>: an op on registers.</summary>
internal readonly record struct Instruction(TileKernel Kernel, int A, int B, int C, int Y);

/// <summary>A register that is filled from an input of the fused op.</summary>
/// <param name="Input">Which input.</param>
/// <param name="Type">The type in which its elements are handed out.</param>
/// <param name="IsNumber">The register points to one number; otherwise to a tile of elements, broadcast.</param>
internal readonly record struct Load(int Input, DType Type, bool IsNumber);

/// <summary>
/// Elementwise ops over one shape as a list of instructions. Registers are tiles small enough for the first-level cache: first those loaded from inputs,
/// then intermediates, then those that are outputs. Instructions run on a tile with the kernels of the ops themselves, hence with their bits.
/// </summary>
internal sealed unsafe class FusedProgram(Shape shape, Load[] loads, Instruction[] instructions, int slots, DType[] outputs)
{
    /// <summary>Bytes of a register, and what keeps registers off each other's lines of the cache.</summary>
    private const int RegisterBytes = 4096, Skew = 64;

    /// <summary>The least elements that a thread takes at once.</summary>
    private const long LeastBlock = 8 << 10;

    /// <summary>Elements of a tile.</summary>
    private readonly int _tile = RegisterBytes / WidestType(loads, instructions);

    private readonly Shape _shape = shape;

    /// <summary>The shape that all instructions go over.</summary>
    public ref readonly Shape Shape => ref _shape;

    /// <summary>How many elements that is.</summary>
    public long Count { get; } = shape.Count;

    public ReadOnlySpan<Load> Loads => loads;

    public ReadOnlySpan<Instruction> Instructions => instructions;

    /// <summary>Registers for intermediates.</summary>
    public int Slots => slots;

    /// <summary>Types of the outputs.</summary>
    public ReadOnlySpan<DType> Outputs => outputs;

    /// <summary>Elements that a thread takes at once: fewer, the more is done with each.</summary>
    public long Block { get; } = Math.Max(LeastBlock, ElementwiseBlocks.Size / Math.Max(1, instructions.Length / 2) / 1024 * 1024);

    /// <summary>Whether an output may lie where an input does: no instruction after the one that gives it reads the input.</summary>
    public bool CanOverwrite(int input, int output)
    {
        int given = Array.FindIndex(instructions, s => s.Y == loads.Length + slots + output);
        for (int i = given + 1; i < instructions.Length; i++)
        {
            if (Reads(instructions[i].A) || Reads(instructions[i].B) || Reads(instructions[i].C))
                return false;
        }
        return given >= 0;

        bool Reads(int register) => register >= 0 && register < loads.Length && loads[register].Input == input;
    }

    /// <summary>Computes elements <paramref name="start"/> to <paramref name="end"/>, in row-major order.</summary>
    /// <param name="direct">For each load, a number or elements that are read where they lie; null for others.</param>
    /// <param name="operands">For each of the others, what gathers, broadcasts and converts.</param>
    /// <param name="results">Where element 0 of each output lies.</param>
    /// <param name="start">The first element.</param>
    /// <param name="end">The element after the last.</param>
    /// <param name="streams">Whether large outputs go past the caches.</param>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public void Run(byte** direct, Operand* operands, byte** results, long start, long end, bool streams = true)
    {
        int first = loads.Length + slots, tile = (int)Math.Min(_tile, end - start);
        // Whole periods of what repeats: then it is gathered once.
        for (int i = 0; i < loads.Length; i++)
        {
            if (direct[i] == null && operands[i].Period is > 1 and var period && period <= tile)
            {
                tile -= (int)(tile % period);
                break;
            }
        }
        int size = RegisterBytes / _tile * ((tile + 15) & ~15) + Skew;
        byte** registers = stackalloc byte*[first + outputs.Length];
        byte* space = stackalloc byte[(first + outputs.Length) * size + RegisterBytes * 2 + 64];
        space += -(nint)space & 63;
        byte* raw = space + (first + outputs.Length) * size;
        for (int i = 0; i < first; i++)
            registers[i] = i < loads.Length && direct[i] != null ? direct[i] : space + i * size;
        uint streamed = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            registers[first + i] = space + (first + i) * size;
            if (streams && Streaming.Pays(results[i], Count * outputs[i].Size))
                streamed |= 1u << i;
        }
        for (long at = start; at < end; at += tile)
        {
            int length = (int)Math.Min(tile, end - at);
            for (int i = 0; i < loads.Length; i++)
            {
                // The first tile is the longest: what repeats in every tile is there for good.
                if (direct[i] == null && (at == start || tile % operands[i].Period != 0))
                    registers[i] = operands[i].Read(at, length, space + i * size, raw);
                else if (direct[i] != null && !loads[i].IsNumber)
                    registers[i] = direct[i] + at * loads[i].Type.Size;
            }
            for (int i = 0; i < outputs.Length; i++)
            {
                if ((streamed >> i & 1) == 0)
                    registers[first + i] = results[i] + at * outputs[i].Size;
            }
            foreach (ref readonly var step in instructions.AsSpan())
                step.Kernel.Run(registers[step.A], registers[step.B], registers[step.C], registers[step.Y], length);
            if (streamed != 0)
                Store(direct, registers + first, results, streamed, at, length);
        }
        if (streamed != 0)
            Streaming.Fence();
    }

    private static int WidestType(Load[] loads, Instruction[] instructions)
    {
        int size = sizeof(float);
        foreach (var load in loads)
            size = Math.Max(size, load.Type.Size);
        foreach (var step in instructions)
            size = Math.Max(size, step.Kernel.ResultType.Size);
        return size;
    }

    /// <summary>Writes tiles of large outputs past the caches, while the next tiles of inputs are fetched, two beside each output.</summary>
    private void Store(byte** direct, byte** tiles, byte** results, uint streamed, long at, int length)
    {
        long next = Math.Min(at + length, Count - 1);
        int load = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            if ((streamed >> i & 1) == 0)
                continue;
            int size = outputs[i].Size;
            Streaming.Write(tiles[i], results[i] + at * size, (long)length * size, Next(direct, ref load, next, tiles[i]), Next(direct, ref load, next, tiles[i]));
        }
    }

    private byte* Next(byte** direct, ref int load, long at, byte* otherwise)
    {
        while (load < loads.Length && (loads[load].IsNumber || direct[load] == null))
            load++;
        if (load == loads.Length)
            return otherwise;
        byte* next = direct[load] + at * loads[load].Type.Size;
        load++;
        return next;
    }
}
