using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hebb.Cpu;

/// <summary>What one call of <see cref="ImageDots"/> adds up: rows of lanes, each of two gradients with each of up to six taps.</summary>
unsafe struct ImageDotsArgs<T>
    where T : unmanaged
{
    /// <summary>Twelve vectors: six for each gradient.</summary>
    public T* Sums;

    /// <summary>The cells that the first tap meets, and from there to those of the others, in bytes.</summary>
    public T* Cells;
    public nint Tap1, Tap2, Tap3, Tap4, Tap5;

    /// <summary>The first gradient, and from there to the other, in bytes.</summary>
    public T* Grad;
    public nint Other;

    /// <summary>Rows, bytes of one (a multiple of two vectors), and from one row of cells to the next in bytes.</summary>
    public nint Rows, Length, CellStep;
}

/// <summary>The inner loop of <see cref="ImageWeightGrad{T,V}"/>: ten or twelve sums stay in registers. <c>R</c> is <see cref="Five"/> or <see cref="Six"/>.</summary>
static unsafe class ImageDots
{
    /// <summary>Taps.</summary>
    public struct Five;

    public struct Six;

    public static delegate*<ImageDotsArgs<T>*, void> Kernel<T, V, R>()
        where T : unmanaged
        where V : unmanaged => sizeof(V) switch
        {
            64 => &Run<T, Vector512<T>, Tile512<T>, R>,
            32 => &Run<T, Vector256<T>, Tile256<T>, R>,
            _ => &Run<T, Vector128<T>, Tile128<T>, R>,
        };

    [MethodImpl(Jit.Full)]
    static void Run<T, X, F, R>(ImageDotsArgs<T>* args)
        where T : unmanaged
        where F : ITileVector<X, T>
    {
        byte* s = (byte*)args->Sums;
        X a0 = F.Load((T*)s), a1 = F.Load((T*)(s + F.Bytes)), a2 = F.Load((T*)(s + (2 * F.Bytes))), a3 = F.Load((T*)(s + (3 * F.Bytes))), a4 = F.Load((T*)(s + (4 * F.Bytes)));
        X a5 = typeof(R) == typeof(Six) ? F.Load((T*)(s + (5 * F.Bytes))) : F.Zero;
        s += 6 * F.Bytes;
        X b0 = F.Load((T*)s), b1 = F.Load((T*)(s + F.Bytes)), b2 = F.Load((T*)(s + (2 * F.Bytes))), b3 = F.Load((T*)(s + (3 * F.Bytes))), b4 = F.Load((T*)(s + (4 * F.Bytes)));
        X b5 = typeof(R) == typeof(Six) ? F.Load((T*)(s + (5 * F.Bytes))) : F.Zero;
        byte* x = (byte*)args->Cells, d = (byte*)args->Grad;
        nint t1 = args->Tap1, t2 = args->Tap2, t3 = args->Tap3, t4 = args->Tap4, t5 = args->Tap5, other = args->Other;
        for (nint rows = args->Rows; rows > 0; rows--)
        {
            byte* end = d + args->Length;
            do
            {
                Step<T, X, F, R>(x, d, t1, t2, t3, t4, t5, other, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
                Step<T, X, F, R>(x + F.Bytes, d + F.Bytes, t1, t2, t3, t4, t5, other, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref b0, ref b1, ref b2, ref b3, ref b4, ref b5);
                x += 2 * F.Bytes;
                d += 2 * F.Bytes;
            }
            while (d < end);
            x += args->CellStep - args->Length;
        }
        s = (byte*)args->Sums;
        F.Store(a0, (T*)s);
        F.Store(a1, (T*)(s + F.Bytes));
        F.Store(a2, (T*)(s + (2 * F.Bytes)));
        F.Store(a3, (T*)(s + (3 * F.Bytes)));
        F.Store(a4, (T*)(s + (4 * F.Bytes)));
        if (typeof(R) == typeof(Six)) F.Store(a5, (T*)(s + (5 * F.Bytes)));
        s += 6 * F.Bytes;
        F.Store(b0, (T*)s);
        F.Store(b1, (T*)(s + F.Bytes));
        F.Store(b2, (T*)(s + (2 * F.Bytes)));
        F.Store(b3, (T*)(s + (3 * F.Bytes)));
        F.Store(b4, (T*)(s + (4 * F.Bytes)));
        if (typeof(R) == typeof(Six)) F.Store(b5, (T*)(s + (5 * F.Bytes)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<T, X, F, R>(
        byte* x, byte* d, nint t1, nint t2, nint t3, nint t4, nint t5, nint other,
        ref X a0, ref X a1, ref X a2, ref X a3, ref X a4, ref X a5, ref X b0, ref X b1, ref X b2, ref X b3, ref X b4, ref X b5)
        where T : unmanaged
        where F : ITileVector<X, T>
    {
        X p = F.Load((T*)d), q = F.Load((T*)(d + other)), c;
        c = F.Load((T*)x); a0 = F.MultiplyAdd(c, p, a0); b0 = F.MultiplyAdd(c, q, b0);
        c = F.Load((T*)(x + t1)); a1 = F.MultiplyAdd(c, p, a1); b1 = F.MultiplyAdd(c, q, b1);
        c = F.Load((T*)(x + t2)); a2 = F.MultiplyAdd(c, p, a2); b2 = F.MultiplyAdd(c, q, b2);
        c = F.Load((T*)(x + t3)); a3 = F.MultiplyAdd(c, p, a3); b3 = F.MultiplyAdd(c, q, b3);
        c = F.Load((T*)(x + t4)); a4 = F.MultiplyAdd(c, p, a4); b4 = F.MultiplyAdd(c, q, b4);
        if (typeof(R) == typeof(Six))
        {
            c = F.Load((T*)(x + t5)); a5 = F.MultiplyAdd(c, p, a5); b5 = F.MultiplyAdd(c, q, b5);
        }
    }
}
