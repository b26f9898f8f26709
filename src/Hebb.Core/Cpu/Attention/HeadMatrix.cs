using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A matrix for every example and head, of any strides.</summary>
internal readonly unsafe struct HeadMatrix<T> where T : unmanaged
{
    private readonly T* _data;
    private readonly long _batch, _head;

    public readonly long Row, Column;

    /// <param name="x">[B, H, rows, columns].</param>
    public HeadMatrix(Tensor x)
    {
        _data = x.Data<T>();
        (_batch, _head, Row, Column) = (x.Stride(0), x.Stride(1), x.Stride(2), x.Stride(3));
    }

    /// <summary>Matrices that follow each other in memory.</summary>
    public HeadMatrix(T* data, long heads, long rows, long columns)
    {
        _data = data;
        (_batch, _head, Row, Column) = (heads * rows * columns, rows * columns, columns, 1);
    }

    private HeadMatrix(T* data, long row, long column)
    {
        _data = data;
        (Row, Column) = (row, column);
    }

    /// <summary>That of one head, as the only one.</summary>
    public HeadMatrix<T> Of(long batch, long head) => new(At(batch, head, 0), Row, Column);

    public T* At(long batch, long head, long row) => _data + batch * _batch + head * _head + row * Row;

    /// <summary>Rows side by side: target[column * width + row], with zeros where there are fewer rows than <paramref name="width"/>.</summary>
    public void Turn<V>(long batch, long head, long row, long rows, long columns, T* target, long width) where V : unmanaged, ISimd<V, T> =>
        Packing.Copy<T, V>(At(batch, head, row), Row, Column, rows, columns, target, width, width);

    /// <summary>Rows one after the other, <paramref name="width"/> apart, with zeros after the columns.</summary>
    public void Copy<V>(long batch, long head, long row, long rows, long columns, T* target, long width) where V : unmanaged, ISimd<V, T> =>
        Packing.Copy<T, V>(At(batch, head, row), Column, Row, columns, rows, target, width, width);
}
