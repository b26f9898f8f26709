using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Where the lanes of a tile go: a tile covers consecutive cells of a padded plane, and only some of those are outputs.</summary>
unsafe struct TileRuns
{
    const int Most = 32;

    public int Count;
    fixed int _lane[Most];
    fixed int _length[Most];
    fixed long _target[Most];

    public void Add(int lane, int length, long target)
    {
        _lane[Count] = lane;
        _length[Count] = length;
        _target[Count] = target;
        Count++;
    }

    /// <summary>How many lanes a run has.</summary>
    public readonly int Length(int run) => _length[run];

    /// <summary>Where the first of them goes.</summary>
    public readonly long Target(int run) => _target[run];

    /// <summary>Finishes what <see cref="Scatter"/> has written without steps.</summary>
    public readonly void Finish<T, V>(in ConvFinish<T> finish, T* target, long targetRow, int rows)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        for (int i = 0; i < Count && !finish.IsNone; i++)
            finish.Run<V>(target + _target[i], targetRow, target + _target[i], rows, _length[i]);
    }

    /// <summary>Writes each row of the tile to its row of the target, at every <paramref name="step"/>-th element.</summary>
    [MethodImpl(Jit.Full)]
    public readonly void Scatter<T, V>(T* tile, int rows, int width, T* target, long targetRow, long step)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        for (int r = 0; r < rows; r++, tile += width, target += targetRow)
        {
            for (int i = 0; i < Count; i++)
            {
                T* from = tile + _lane[i], to = target + _target[i];
                int length = _length[i];
                if (step == 1)
                {
                    VectorCopy<T, V>.Copy(from, to, length);
                    continue;
                }
                for (int j = 0; j < length; j++)
                    to[j * step] = from[j];
            }
        }
    }
}
