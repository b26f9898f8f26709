using Google.Protobuf;
using Hebb.Onnx.Proto;
using DataLocation = Hebb.Onnx.Proto.TensorProto.Types.DataLocation;

namespace Hebb.Onnx.Export;

/// <summary>Writes tensors as messages, with their bytes or with the place in another file where these are.</summary>
internal static class TensorWriter
{
    /// <exception cref="HebbException">ONNX has no such element type.</exception>
    public static TensorProto Write(string name, Tensor value)
    {
        var proto = Header(name, value);
        proto.RawData = UnsafeByteOperations.UnsafeWrap(Bytes(value));
        return proto;
    }

    /// <summary>A tensor whose bytes lie in another file.</summary>
    public static TensorProto WriteExternal(string name, Tensor value, string file, long offset)
    {
        var proto = Header(name, value);
        proto.DataLocation = DataLocation.External;
        proto.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = file });
        proto.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        proto.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = value.DType.BytesFor(value.Count).ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return proto;
    }

    /// <summary>Writes a tensor's elements row by row.</summary>
    public static unsafe void WriteBytes(Stream stream, Tensor value)
    {
        var x = value.Detach().Contiguous();
        long bytes = x.DType.BytesFor(x.Count);
        for (long at = 0; at < bytes; at += 1 << 20)
            stream.Write(new ReadOnlySpan<byte>(x.Pointer + at, (int)Math.Min(1 << 20, bytes - at)));
        GC.KeepAlive(x);
    }

    private static TensorProto Header(string name, Tensor value)
    {
        var proto = new TensorProto { Name = name, DataType = ElementType.NumberOf(value.DType) };
        foreach (int size in value.Shape)
            proto.Dims.Add(size);
        return proto;
    }

    private static unsafe byte[] Bytes(Tensor value)
    {
        var x = value.Detach().Contiguous();
        byte[] bytes = new ReadOnlySpan<byte>(x.Pointer, checked((int)x.DType.BytesFor(x.Count))).ToArray();
        GC.KeepAlive(x);
        return bytes;
    }
}
