using System.Runtime.CompilerServices;
using Hebb.Compile;

namespace Hebb.Ops;

/// <summary>Hands out runs of elements in the type that a kernel computes in: in place where they lie so, else gathered and converted into a tile.</summary>
internal unsafe readonly struct RunReader(DType from, DType compute, long stride, ElementSource source)
{
    /// <summary>The most elements read into a tile at once.</summary>
    public const int TileSize = 512;

    private readonly int _size = from.Size;

    // Else the elements are computed; addresses then count from 0.
    private readonly ElementSource? _source = source.IsOpen ? source : null;

    /// <summary>Whether runs are read in place.</summary>
    public bool IsDirect { get; } = !source.IsOpen && stride == 1 && (from == compute || (from == DType.Bool && compute == DType.UInt8));

    /// <summary>The element that stands <paramref name="offset"/> steps on.</summary>
    public byte* At(byte* data, long offset) => data + offset * _size;

    /// <summary>Elements from <paramref name="p"/> on, along the stride. <paramref name="tile"/> and <paramref name="raw"/> hold a tile each, of 8 bytes an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Read(byte* p, int count, byte* tile, byte* raw) => IsDirect ? p : Load(p, count, tile, raw);

    private byte* Load(byte* p, int count, byte* tile, byte* raw)
    {
        if (_source is not null)
        {
            byte* computed = from == compute ? tile : raw;
            _source.Read((nint)p / _size, count, computed);
            p = computed;
        }
        else if (stride != 1)
        {
            byte* gathered = from == compute ? tile : raw;
            switch (_size)
            {
                case 1:
                    Gather(p, gathered, count);
                    break;
                case 2:
                    Gather((ushort*)p, (ushort*)gathered, count);
                    break;
                case 4:
                    Gather((uint*)p, (uint*)gathered, count);
                    break;
                default:
                    Gather((ulong*)p, (ulong*)gathered, count);
                    break;
            }
            p = gathered;
        }
        if (p != tile)
            Converting.Convert(p, from, tile, compute, count);
        return tile;
    }

    private void Gather<T>(T* from, T* to, int count) where T : unmanaged
    {
        for (int i = 0; i < count; i++)
            to[i] = from[i * stride];
    }
}
