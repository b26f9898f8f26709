using System.Globalization;
using System.Numerics;
using Hebb.Ops;

namespace Hebb;

/// <summary>The elements of a tensor that are printed, read one by one, and their text in one style.</summary>
internal sealed unsafe class ShownElements
{
    private readonly DType _dtype;
    private readonly List<object> _values = [];

    private ShownElements(in Shape shape, DType dtype, int edge)
    {
        Shape = shape;
        _dtype = dtype;
        Counts = Array.ConvertAll(shape.ToArray(), size => (long)size > 2L * edge ? 2 * edge : size);
    }

    public Shape Shape { get; }

    /// <summary>How many indices of each axis are shown: all, or the first and last few.</summary>
    public int[] Counts { get; }

    public static ShownElements Read(Tensor x, int edge)
    {
        var shown = new ShownElements(x.Shape, x.DType, edge);
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        shown.Read(x, 0, 0, strides);
        GC.KeepAlive(x);
        return shown;
    }

    private void Read(Tensor x, int axis, long offset, ReadOnlySpan<long> strides)
    {
        if (axis == Shape.Rank)
        {
            _values.Add(Element(x, offset));
            return;
        }
        for (int i = 0; i < Counts[axis]; i++)
        {
            // The second half of a cut axis counts from its end.
            int at = Counts[axis] < Shape[axis] && i >= Counts[axis] / 2 ? Shape[axis] - Counts[axis] + i : i;
            Read(x, axis + 1, offset + at * strides[axis], strides);
        }
    }

    private object Element(Tensor x, long offset)
    {
        // Packed elements are read from the start of their byte on.
        int perByte = _dtype.Size > 0 ? 1 : 8 / _dtype.Bits;
        long first = offset - offset % perByte;
        int index = (int)(offset - first);
        byte* at = x.Pointer + _dtype.BytesFor(first);
        if (_dtype.IsComplex)
            return As<Complex>(DType.Complex128);
        if (_dtype == DType.Bool)
            return *(bool*)at;
        if (_dtype == DType.UInt64)
            return *(ulong*)at;
        return _dtype.IsInteger || _dtype >= DType.Int4 ? As<long>(DType.Int64) : As<double>(DType.Float64);

        object As<T>(DType dtype) where T : unmanaged
        {
            T* values = stackalloc T[4];
            Converting.Convert(at, _dtype, (byte*)values, dtype, index + 1);
            return values[index];
        }
    }

    /// <summary>The texts, all of one width; that of a scalar as it is.</summary>
    public string[] Format(int precision)
    {
        if (_dtype.IsComplex)
        {
            string[] real = Floats(_values.ConvertAll(v => ((Complex)v).Real), precision), imaginary = Floats(_values.ConvertAll(v => ((Complex)v).Imaginary), precision);
            return Pad([.. real.Zip(imaginary, (a, b) => $"{a}{(b[0] == '-' ? "" : "+")}{b}i")]);
        }
        if (_values[0] is double)
            return Pad(Floats(_values.ConvertAll(v => (double)v), precision));
        return Pad([.. _values.Select(v => v is bool b ? b ? "true" : "false" : Convert.ToString(v, CultureInfo.InvariantCulture)!)]);
    }

    private string[] Pad(string[] cells)
    {
        int width = Shape.Rank == 0 ? 0 : cells.Max(c => c.Length);
        return Array.ConvertAll(cells, c => c.PadLeft(width));
    }

    /// <summary>One style for all: whole numbers with a point, a fixed number of decimals, or powers of ten where sizes differ a thousandfold.</summary>
    private static string[] Floats(List<double> values, int precision)
    {
        double largest = 0, smallest = double.PositiveInfinity;
        bool whole = true;
        foreach (double v in values)
        {
            if (!double.IsFinite(v) || v == 0)
                continue;
            largest = Math.Max(largest, Math.Abs(v));
            smallest = Math.Min(smallest, Math.Abs(v));
            whole &= v == Math.Floor(v);
        }
        bool powers = largest > 0 && (largest / smallest > 1000 || largest > 1e8 || (!whole && smallest < 1e-4));
        return [.. values.Select(v => Text(v, powers, whole, precision))];
    }

    private static string Text(double v, bool powers, bool whole, int precision)
    {
        if (!double.IsFinite(v))
            return double.IsNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
        if (!powers)
            return whole ? v.ToString("F0", CultureInfo.InvariantCulture) + "." : v.ToString("F" + precision, CultureInfo.InvariantCulture);
        // .NET writes three digits of exponent at least.
        string text = v.ToString("e" + precision, CultureInfo.InvariantCulture);
        int e = text.IndexOf('e');
        int exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text.AsSpan(0, e)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
