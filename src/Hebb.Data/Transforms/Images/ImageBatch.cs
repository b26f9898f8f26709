using System.Buffers;
using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>What is done to one picture of a batch.</summary>
internal delegate void PictureWork(int row, in Picture picture);

/// <summary>Runs work on every picture of a batch, several at a time.</summary>
internal static class ImageBatch
{
    /// <exception cref="ShapeException">Not [batch, channels, height, width].</exception>
    /// <exception cref="DTypeException">Neither Float32 nor UInt8.</exception>
    public static Tensor Check(Tensor inputs, string what)
    {
        if (inputs.Rank != 4) throw new ShapeException($"{what}: {inputs.Shape} is not [batch, channels, height, width]");
        if (inputs.DType != DType.Float32 && inputs.DType != DType.UInt8) throw new DTypeException($"{what}: the inputs are {inputs.DType.Name}, neither float32 nor uint8");
        return inputs.Contiguous();
    }

    /// <summary>A batch of pictures of a size, each made of one.</summary>
    /// <param name="inputs">Float32 or UInt8 [batch, channels, height, width].</param>
    /// <param name="what">Who asks, for errors.</param>
    /// <param name="height">Of the results.</param>
    /// <param name="width">Of the results.</param>
    /// <param name="work">Writes a picture. Results of bytes must be whole numbers from 0 to 255.</param>
    public static Tensor Map(Tensor inputs, string what, int height, int width, PictureWork work)
    {
        var images = Check(inputs, what);
        var result = Tensor.Empty([images.Shape[0], images.Shape[1], height, width], images.DType);
        if (result.Count > 0)
            ParallelFor.Run(images.Shape[0], new Body(images, result, work));
        GC.KeepAlive(images);
        return result;
    }

    private readonly struct Body(Tensor images, Tensor result, PictureWork work) : IBlockBody
    {
        public void Invoke(long block)
        {
            int row = (int)block, from = images.Shape[1] * images.Shape[2] * images.Shape[3], to = images.Shape[1] * result.Shape[2] * result.Shape[3];
            if (images.DType == DType.Float32)
            {
                work(row, Of(images.AsSpan<float>().Slice(row * from, from), result.AsSpan<float>().Slice(row * to, to), 1));
                return;
            }
            float[] source = ArrayPool<float>.Shared.Rent(from), target = ArrayPool<float>.Shared.Rent(to);
            Bytes.ToFloats(images.AsSpan<byte>().Slice(row * from, from), source);
            work(row, Of(source.AsSpan(0, from), target.AsSpan(0, to), 255));
            Bytes.FromFloats(target.AsSpan(0, to), result.AsSpan<byte>().Slice(row * to, to));
            ArrayPool<float>.Shared.Return(source);
            ArrayPool<float>.Shared.Return(target);
        }

        private Picture Of(ReadOnlySpan<float> from, Span<float> to, float white) => new()
        {
            From = from,
            To = to,
            Channels = images.Shape[1],
            Height = images.Shape[2],
            Width = images.Shape[3],
            ToHeight = result.Shape[2],
            ToWidth = result.Shape[3],
            White = white,
        };
    }
}

/// <summary>Between bytes and floats that are whole numbers from 0 to 255.</summary>
internal static class Bytes
{
    public static void ToFloats(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        int i = 0, quarter = Vector<float>.Count;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            Vector.ConvertToSingle(Vector.AsVectorInt32(a)).CopyTo(floats[i..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(b)).CopyTo(floats[(i + quarter)..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(c)).CopyTo(floats[(i + 2 * quarter)..]);
            Vector.ConvertToSingle(Vector.AsVectorInt32(d)).CopyTo(floats[(i + 3 * quarter)..]);
        }
        for (; i < bytes.Length; i++)
            floats[i] = bytes[i];
    }

    public static void FromFloats(ReadOnlySpan<float> floats, Span<byte> bytes)
    {
        int i = 0, quarter = Vector<float>.Count;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var low = Vector.Narrow(Whole(floats, i), Whole(floats, i + quarter));
            var high = Vector.Narrow(Whole(floats, i + 2 * quarter), Whole(floats, i + 3 * quarter));
            Vector.Narrow(low, high).CopyTo(bytes[i..]);
        }
        for (; i < bytes.Length; i++)
            bytes[i] = (byte)floats[i];
    }

    private static Vector<uint> Whole(ReadOnlySpan<float> floats, int at) => Vector.AsVectorUInt32(Vector.ConvertToInt32(new Vector<float>(floats[at..])));
}
