using System.Runtime.InteropServices;
using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>What lies beyond the border of a picture.</summary>
public enum BorderMode
{
    /// <summary>One value.</summary>
    Constant,

    /// <summary>The pixel of the border: aaa|abcd|ddd.</summary>
    Edge,

    /// <summary>The picture mirrored about its outermost pixels: dcb|abcd|cba.</summary>
    Reflect,

    /// <summary>The picture mirrored about its border: cba|abcd|dcb.</summary>
    Symmetric,
}

/// <summary>The part of a picture that is taken: where it begins, which may be outside, and whether it is mirrored.</summary>
internal readonly record struct Window(int Top, int Left, bool MirrorRows = false, bool MirrorColumns = false);

/// <summary>Transforms that move whole pixels: of any type of numbers.</summary>
public abstract class WindowTransform : BatchTransform
{
    private readonly BorderMode _border;
    private readonly double _fill;

    private protected WindowTransform(BorderMode border = BorderMode.Constant, double fill = 0) => (_border, _fill) = (border, fill);

    private protected virtual string Name => GetType().Name;

    public sealed override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var images = batch.Inputs;
        if (images.Rank != 4) throw new ShapeException($"{Name}: {images.Shape} is not [batch, channels, height, width]");
        if (images.DType.Bits < 8) throw new DTypeException($"{Name}: the inputs are {images.DType.Name}, smaller than a byte");
        images = images.Contiguous();
        var (height, width) = ResultSize(images.Shape[2], images.Shape[3]);
        var keys = context.Keys(stream);
        var windows = new Window[images.Shape[0]];
        for (int row = 0; row < windows.Length; row++)
        {
            var random = keys[row];
            windows[row] = Draw(ref random, images.Shape[2], images.Shape[3]);
        }
        var result = Tensor.Empty([images.Shape[0], images.Shape[1], height, width], images.DType);
        if (result.Count > 0)
        {
            byte[] fill = TensorBytes.Of(Tensor.Full([1], _fill, images.DType)).ToArray();
            ParallelFor.Run(images.Shape[0], new Body(images, result, windows, _border, fill));
        }
        GC.KeepAlive(images);
        return batch with { Inputs = result };
    }

    private protected virtual (int Height, int Width) ResultSize(int height, int width) => (height, width);

    private protected abstract Window Draw(ref SampleRandom random, int height, int width);

    private readonly struct Body(Tensor images, Tensor result, Window[] windows, BorderMode border, byte[] fill) : IBlockBody
    {
        public void Invoke(long block)
        {
            switch (fill.Length)
            {
                case 1:
                    Copy<byte>((int)block);
                    break;
                case 2:
                    Copy<ushort>((int)block);
                    break;
                case 4:
                    Copy<uint>((int)block);
                    break;
                default:
                    Copy<ulong>((int)block);
                    break;
            }
        }

        private void Copy<T>(int row) where T : unmanaged
        {
            int height = images.Shape[2], width = images.Shape[3], toHeight = result.Shape[2], toWidth = result.Shape[3], channels = images.Shape[1];
            var window = windows[row];
            int[] ys = WindowMap.Of(window.Top, toHeight, height, window.MirrorRows, border), xs = WindowMap.Of(window.Left, toWidth, width, window.MirrorColumns, border);
            var source = MemoryMarshal.Cast<byte, T>(TensorBytes.Of(images)).Slice(row * channels * height * width, channels * height * width);
            var target = MemoryMarshal.Cast<byte, T>(TensorBytes.Of(result)).Slice(row * channels * toHeight * toWidth, channels * toHeight * toWidth);
            T outside = MemoryMarshal.Read<T>(fill);
            // Columns from start up to end come one after another.
            var (start, end) = WindowMap.Run(xs);
            for (int c = 0; c < channels; c++)
            {
                for (int y = 0; y < toHeight; y++)
                {
                    var to = target.Slice((c * toHeight + y) * toWidth, toWidth);
                    if (ys[y] < 0)
                    {
                        to.Fill(outside);
                        continue;
                    }
                    var from = source.Slice((c * height + ys[y]) * width, width);
                    if (end > start)
                        from.Slice(xs[start], end - start).CopyTo(to[start..]);
                    for (int x = 0; x < start; x++)
                        to[x] = xs[x] < 0 ? outside : from[xs[x]];
                    for (int x = end; x < toWidth; x++)
                        to[x] = xs[x] < 0 ? outside : from[xs[x]];
                }
            }
        }
    }
}

/// <summary>Where each row or column of a window comes from.</summary>
internal static class WindowMap
{
    /// <returns>Places in the picture; -1 for what is outside and constant.</returns>
    public static int[] Of(int start, int count, int size, bool mirrored, BorderMode border)
    {
        var map = new int[count];
        for (int i = 0; i < count; i++)
        {
            int at = start + (mirrored ? count - 1 - i : i);
            map[i] = (uint)at < (uint)size ? at : border switch
            {
                BorderMode.Constant => -1,
                BorderMode.Edge => Math.Clamp(at, 0, size - 1),
                BorderMode.Reflect => Fold(at, Math.Max(1, 2 * size - 2), size, 0),
                _ => Fold(at, 2 * size, size, 1),
            };
        }
        return map;
    }

    /// <summary>The longest run of neighbours that begins at the first of them.</summary>
    public static (int Start, int End) Run(int[] map)
    {
        int start = 0;
        while (start + 1 < map.Length && !(map[start] >= 0 && map[start + 1] == map[start] + 1))
            start++;
        int end = start;
        while (end < map.Length && map[end] >= 0 && (end == start || map[end] == map[end - 1] + 1))
            end++;
        return (start, end);
    }

    private static int Fold(int at, int period, int size, int shift)
    {
        at = (at % period + period) % period;
        return at < size ? at : period - at - shift;
    }
}
