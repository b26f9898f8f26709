using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>A matrix of a two-dimensional array's values, copied.</summary>
    public static Tensor From<T>(T[,] values) where T : unmanaged => FromArray<T>(values);

    /// <summary>A tensor of a three-dimensional array's values, copied.</summary>
    public static Tensor From<T>(T[,,] values) where T : unmanaged => FromArray<T>(values);

    /// <summary>A tensor of a four-dimensional array's values, copied.</summary>
    public static Tensor From<T>(T[,,,] values) where T : unmanaged => FromArray<T>(values);

    /// <summary>A matrix of rows, copied.</summary>
    /// <exception cref="ShapeException">The rows are not of one length.</exception>
    public static Tensor FromRows<T>(T[][] rows) where T : unmanaged
    {
        int width = rows.Length == 0 ? 0 : rows[0].Length;
        var y = Empty([rows.Length, width], DTypes.Of<T>());
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != width)
                throw new ShapeException($"FromRows: row {i} has {rows[i].Length} values, row 0 has {width}");
            rows[i].CopyTo(y.Elements<T>().Slice(i * width, width));
        }
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A tensor of matrices given as rows, copied.</summary>
    /// <exception cref="ShapeException">They are not of one size.</exception>
    public static Tensor FromRows<T>(T[][][] matrices) where T : unmanaged
    {
        if (matrices.Length == 0)
            return Empty([0, 0, 0], DTypes.Of<T>());
        var parts = Array.ConvertAll(matrices, FromRows);
        for (int i = 1; i < parts.Length; i++)
        {
            if (parts[i].Shape != parts[0].Shape)
                throw new ShapeException($"FromRows: matrix {i} is {parts[i].Shape}, matrix 0 {parts[0].Shape}");
        }
        return Stack(parts);
    }

    /// <summary>A copy of a matrix as a two-dimensional array.</summary>
    /// <exception cref="ShapeException">The tensor has not two axes.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[,] ToArray2D<T>() where T : unmanaged
    {
        CheckRank("ToArray2D", 2);
        var result = new T[Shape[0], Shape[1]];
        CopyTo<T>(result);
        return result;
    }

    /// <summary>A copy of a tensor of three axes as a three-dimensional array.</summary>
    /// <exception cref="ShapeException">The tensor has not three axes.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[,,] ToArray3D<T>() where T : unmanaged
    {
        CheckRank("ToArray3D", 3);
        var result = new T[Shape[0], Shape[1], Shape[2]];
        CopyTo<T>(result);
        return result;
    }

    /// <summary>A copy of a matrix as rows.</summary>
    /// <exception cref="ShapeException">The tensor has not two axes.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public T[][] ToRows<T>() where T : unmanaged
    {
        CheckRank("ToRows", 2);
        T[] values = ToArray<T>();
        var result = new T[Shape[0]][];
        for (int i = 0; i < result.Length; i++)
            result[i] = values.AsSpan(i * Shape[1], Shape[1]).ToArray();
        return result;
    }

    private void CheckRank(string op, int rank)
    {
        if (Rank != rank)
            throw new ShapeException($"{op}: {Shape} has {Rank} axes, not {rank}");
    }

    private static Tensor FromArray<T>(Array values) where T : unmanaged
    {
        var sizes = new int[values.Rank];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = values.GetLength(i);
        return From((ReadOnlySpan<T>)Elements<T>(values), sizes);
    }

    private void CopyTo<T>(Array result) where T : unmanaged => ToArray<T>().AsSpan().CopyTo(Elements<T>(result));

    /// <summary>The elements of an array of any rank, row by row.</summary>
    private static Span<T> Elements<T>(Array array) => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
}
