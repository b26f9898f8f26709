using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Keys and values of some heads, copied to be near. Rows stand 256 bytes or some KiB apart; those that are as far apart find few places in a cache, from which panel after panel
/// reads them. Values lie as <see cref="WideTile"/> reads them: for each tile of keys four columns of all its keys, then the next four. Keys are copied unless they follow each other.
/// </summary>
/// <remarks>
/// Heads of 64, T = 1024, on an EPYC: between others in one tensor 1.06 to 1.13 faster, one after the other 1.03 where cores are shared (0.99 where they are not).
/// </remarks>
internal readonly unsafe struct PackedKeys<T>(AttentionProblem<T> problem, long firstGroup, T* data) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int Columns = WideTile.MaxRows;
    public const int Tile = AttentionProblem<T>.KeyTile;

    // Queries from which on what copying takes is got back.
    private const long FewestQueries = 512, FewestQueriesInRow = 1024;

    public bool IsEmpty => data == null;

    /// <summary>Whether to pack.</summary>
    public static bool Pays(in AttentionProblem<T> p) =>
        Isa.UseAvx2 && p.Key.Column == 1 && p.Value.Column == 1 && p.ValueWidth % Columns == 0 && p.Keys >= Tile
        && p.Queries * (p.Heads / p.KeyHeads) >= (p.Key.Row == p.Width && p.Value.Row == p.ValueWidth ? FewestQueriesInRow : FewestQueries);

    /// <summary>Elements of a head.</summary>
    public static long Size(in AttentionProblem<T> p) => Tiles(p) * Tile * (p.ValueWidth + (CopiesKeys(p) ? p.Width : 0));

    private static long Tiles(in AttentionProblem<T> p) => TiledGemm.CeilDiv(p.Keys, Tile);

    private static bool CopiesKeys(in AttentionProblem<T> p) => p.Key.Row != p.Width;

    private T* Head(long batch, long keyHead) => data + (batch * problem.KeyHeads + keyHead - firstGroup) * Size(problem);

    /// <summary>The row of a key; others follow it.</summary>
    public T* Key(long batch, long keyHead, long key) =>
        CopiesKeys(problem) ? Head(batch, keyHead) + Tiles(problem) * Tile * problem.ValueWidth + key * problem.Width : problem.Key.At(batch, keyHead, key);

    /// <summary>The first columns of values from a key on; those of the next key stand after them, the next columns <see cref="Columns"/> * <see cref="Tile"/> further.</summary>
    public T* Value(long batch, long keyHead, long key) => Head(batch, keyHead) + key / Tile * Tile * problem.ValueWidth + key % Tile * Columns;

    /// <summary>Packs as many heads.</summary>
    public void Fill(long groups) => ParallelFor.Run(groups * Tiles(problem), this);

    [MethodImpl(Jit.Full)]
    public void Invoke(long block)
    {
        (long group, long tile) = Math.DivRem(block, Tiles(problem));
        (long batch, long keyHead) = Math.DivRem(firstGroup + group, problem.KeyHeads);
        long key = tile * Tile, keys = Math.Min(Tile, problem.Keys - key), step = problem.Value.Row, width = problem.Width * sizeof(T);
        for (long i = 0; CopiesKeys(problem) && i < keys; i++)
            Buffer.MemoryCopy(problem.Key.At(batch, keyHead, key + i), Key(batch, keyHead, key + i), width, width);
        T* from = problem.Value.At(batch, keyHead, key), to = Value(batch, keyHead, key);
        long k = 0;
        // Four rows of four floats make a line of the cache.
        for (; k <= keys - 4; k += 4, from += 4 * step, to += 4 * Columns)
        {
            for (long f = 0; f < problem.ValueWidth; f += Columns)
            {
                T* s = from + f, t = to + f * Tile;
                Move(s, t);
                Move(s + step, t + Columns);
                Move(s + 2 * step, t + 2 * Columns);
                Move(s + 3 * step, t + 3 * Columns);
            }
        }
        for (; k < keys; k++, from += step, to += Columns)
        {
            for (long f = 0; f < problem.ValueWidth; f += Columns)
                Move(from + f, to + f * Tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(T* from, T* to)
    {
        if (sizeof(T) == 4)
            Vector128.Load(from).Store(to);
        else
            Vector256.Load(from).Store(to);
    }
}
