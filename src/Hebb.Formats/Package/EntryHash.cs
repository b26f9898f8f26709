using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Hebb.Package;

/// <summary>The SHA-256 of an entry of known length: of a short one in C#, so that a small model is read without loading the system's cryptography.</summary>
internal sealed class EntryHash : IDisposable
{
    /// <summary>Up to here loading the system's takes longer than this one.</summary>
    private const int Short = 1 << 19;

    private readonly Sha256? _own;
    private readonly IncrementalHash? _system;

    public EntryHash(long length)
    {
        if (length <= Short)
            _own = new Sha256();
        else
            _system = System();
    }

    // Apart, so that the system's is loaded where it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IncrementalHash System() => IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _own?.Append(bytes);
        _system?.AppendData(bytes);
    }

    /// <summary>The hash of all bytes, in hexadecimal digits; nothing may follow.</summary>
    public string Finish() => Hex(_own?.Finish() ?? _system!.GetHashAndReset());

    // The system's is vector code, which takes longer to load than this to run.
    private static string Hex(byte[] bytes)
    {
        Span<char> digits = stackalloc char[2 * bytes.Length];
        for (int i = 0; i < digits.Length; i++)
            digits[i] = "0123456789abcdef"[bytes[i >> 1] >> (i % 2 == 0 ? 4 : 0) & 15];
        return new string(digits);
    }

    public void Dispose() => _system?.Dispose();
}
