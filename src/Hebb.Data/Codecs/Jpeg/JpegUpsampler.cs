using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hebb.Data;

/// <summary>
/// The rows of a component at the picture's size. Colours of half the width or height are interpolated: a sample is 3/4 the near and 1/4 the far
/// one, in each direction, rounded up and down in turn; other ratios, and components at most two samples wide, repeat samples.
/// </summary>
internal sealed class JpegUpsampler
{
    private readonly JpegComponent _component;
    private readonly int _width, _horizontal, _vertical; // ratios: picture to component
    private readonly JpegFrame _frame;
    private readonly bool _smooth;
    private readonly ushort[] _sums; // weighted sums of two rows, with the edges repeated
    private readonly byte[] _row;

    public JpegUpsampler(JpegFrame frame, JpegComponent component)
    {
        (_frame, _component, _width) = (frame, component, frame.Width);
        (_horizontal, _vertical) = (frame.MaxHorizontal / component.Horizontal, frame.MaxVertical / component.Vertical);
        bool exact = _horizontal * component.Horizontal == frame.MaxHorizontal && _vertical * component.Vertical == frame.MaxVertical;
        bool wide = component.Width > 2;
        _smooth = exact && ((_horizontal, _vertical) is (1, 2) || wide && (_horizontal, _vertical) is (2, 1) or (2, 2));
        _sums = new ushort[component.Width + 2 + Vector256<ushort>.Count];
        _row = new byte[2 * (component.Width + Vector256<ushort>.Count) + frame.Width];
    }

    /// <summary>A row of the picture: at least its width of samples, valid until the next call.</summary>
    public ReadOnlySpan<byte> Row(int y)
    {
        if (_component.Horizontal == _frame.MaxHorizontal && _component.Vertical == _frame.MaxVertical) return Samples(y);
        if (!_smooth) return Repeated(y);
        if (_vertical == 1)
        {
            Widen(Samples(y));
            return Across(1, 2, 2);
        }
        int near = y / 2, far = Math.Clamp((y & 1) == 0 ? near - 1 : near + 1, 0, _component.Height - 1);
        if (_horizontal == 1) return Between(Samples(near), Samples(far), (ushort)((y & 1) == 0 ? 1 : 2));
        Sum(Samples(near), Samples(far));
        return Across(8, 7, 4);
    }

    private ReadOnlySpan<byte> Samples(int row) => _component.Samples.AsSpan(row * _component.Stride, _component.Stride);

    private ReadOnlySpan<byte> Repeated(int y)
    {
        var samples = Samples(y * _component.Vertical / _frame.MaxVertical);
        for (int x = 0; x < _width; x++) _row[x] = samples[x * _component.Horizontal / _frame.MaxHorizontal];
        return _row;
    }

    private ReadOnlySpan<byte> Between(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, ushort bias)
    {
        for (int x = 0; x < _component.Width; x++) _row[x] = (byte)((3 * near[x] + far[x] + bias) >> 2);
        return _row;
    }

    private void Widen(ReadOnlySpan<byte> samples)
    {
        for (int x = 0; x < _component.Width; x++) _sums[x + 1] = samples[x];
        RepeatEdges();
    }

    private void Sum(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far)
    {
        int x = 0, width = _component.Width;
        for (; x + 16 <= width; x += 16)
        {
            var a = Vector256.WidenLower(Vector128.Create(near.Slice(x, 16)).ToVector256Unsafe());
            var b = Vector256.WidenLower(Vector128.Create(far.Slice(x, 16)).ToVector256Unsafe());
            (a + a + a + b).CopyTo(_sums.AsSpan(x + 1));
        }
        for (; x < width; x++) _sums[x + 1] = (ushort)(3 * near[x] + far[x]);
        RepeatEdges();
    }

    private void RepeatEdges() => (_sums[0], _sums[_component.Width + 1]) = (_sums[1], _sums[_component.Width]);

    /// <summary>Two samples for each sum: left and right of its middle.</summary>
    private ReadOnlySpan<byte> Across(ushort leftBias, ushort rightBias, int shift)
    {
        ReadOnlySpan<ushort> sums = _sums;
        var row = MemoryMarshal.Cast<byte, ushort>(_row.AsSpan());
        var (three, left, right) = (Vector256.Create((ushort)3), Vector256.Create(leftBias), Vector256.Create(rightBias));
        // Whole vectors only: what they compute beyond the width is not used, and there is room for it.
        for (int x = 0; x < _component.Width; x += Vector256<ushort>.Count)
        {
            var middle = Load(sums, x + 1) * three;
            var even = (middle + Load(sums, x) + left) >> shift;
            var odd = (middle + Load(sums, x + 2) + right) >> shift;
            // The left one is the low byte: the first in memory on little-endian machines, the only ones .NET vectors run on.
            (even | odd << 8).CopyTo(row[x..]);
        }
        return _row;
    }

    private static Vector256<ushort> Load(ReadOnlySpan<ushort> values, int at) => Vector256.Create(values.Slice(at, Vector256<ushort>.Count));
}
