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

    /// <summary>The shape that all instructions go over.</summary>
    public Shape Shape { get; } = shape;

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
    /// <param name="operands">The inputs, one a load.</param>
    /// <param name="numbers">Those loads that are numbers, 8 bytes each.</param>
    /// <param name="results">Where element 0 of each output lies.</param>
    /// <param name="start">The first element.</param>
    /// <param name="end">The element after the last.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Operand* operands, ulong* numbers, byte** results, long start, long end)
    {
        int first = loads.Length + slots, tile = (int)Math.Min(_tile, end - start), size = RegisterBytes / _tile * ((tile + 15) & ~15) + Skew;
        byte** registers = stackalloc byte*[first + outputs.Length];
        byte* space = stackalloc byte[(first + outputs.Length) * size + RegisterBytes * 2 + 64];
        space += -(nint)space & 63;
        byte* raw = space + (first + outputs.Length) * size;
        for (int i = 0; i < first; i++)
            registers[i] = i < loads.Length && loads[i].IsNumber ? (byte*)(numbers + i) : space + i * size;
        uint streamed = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            registers[first + i] = space + (first + i) * size;
            if (Streaming.Pays(results[i], Count * outputs[i].Size))
                streamed |= 1u << i;
        }
        for (long at = start; at < end; at += tile)
        {
            int length = (int)Math.Min(tile, end - at);
            for (int i = 0; i < loads.Length; i++)
            {
                // A constant fills its tile once; the first tile is the longest.
                if (!loads[i].IsNumber && (at == start || !operands[i].IsConstant))
                    registers[i] = operands[i].Read(at, length, space + i * size, raw);
            }
            for (int i = 0; i < outputs.Length; i++)
            {
                if ((streamed >> i & 1) == 0)
                    registers[first + i] = results[i] + at * outputs[i].Size;
            }
            foreach (ref readonly var step in instructions.AsSpan())
                step.Kernel.Run(registers[step.A], registers[step.B], registers[step.C], registers[step.Y], length);
            if (streamed != 0)
                Store(operands, registers + first, results, streamed, at, length);
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
    private void Store(Operand* operands, byte** tiles, byte** results, uint streamed, long at, int length)
    {
        long next = Math.Min(at + length, Count - 1);
        int load = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            if ((streamed >> i & 1) == 0)
                continue;
            int size = outputs[i].Size;
            Streaming.Write(tiles[i], results[i] + at * size, (long)length * size, Next(operands, ref load, next, tiles[i]), Next(operands, ref load, next, tiles[i]));
        }
    }

    private byte* Next(Operand* operands, ref int load, long at, byte* otherwise)
    {
        while (load < loads.Length && loads[load].IsNumber)
            load++;
        return load < loads.Length ? operands[load++].Peek(at) : otherwise;
    }
}
