using System.Security.Cryptography;

namespace Hebb;

/// <summary>A fingerprint of weights: equal exactly where names, shapes, element types and all bits are.</summary>
public static class StateHash
{
    /// <summary>The SHA-256, in lower-case hex, of the safetensors file that holds these tensors and no metadata.</summary>
    public static string Of(IReadOnlyDictionary<string, Tensor> state) => Of(state, []);

    /// <summary>The fingerprint of a model's parameters and persistent buffers.</summary>
    public static string Of(Module model) => Of(model.StateDict());

    /// <summary>The fingerprint of tensors and further bytes.</summary>
    internal static string Of(IReadOnlyDictionary<string, Tensor> state, ReadOnlySpan<byte> more)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var stream = new HashStream(hash))
            Safetensors.Save(stream, state);
        hash.AppendData(more);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hashes what is written to it, and keeps nothing.</summary>
    private sealed class HashStream(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);
    }
}
