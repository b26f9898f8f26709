using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>How samples are stored in a WAV file that is written.</summary>
public enum WavSamples
{
    /// <summary>16-bit integers: rounded to nearest, clipped to -1 to 1.</summary>
    Int16,

    /// <summary>32-bit floats: exact.</summary>
    Float32,
}

/// <summary>
/// WAV files (RIFF WAVE): PCM of 8, 16, 24 and 32 bits, floats of 32 and 64, A-law and mu-law (ITU-T G.711), with the plain or the extensible
/// header. Integers of b bits are divided by 2^(b-1). Any byte sequence gives sound or a <see cref="FormatException"/>.
/// </summary>
public static class Wav
{
    private const int Pcm = 1, Float = 3, ALaw = 6, MuLaw = 7, Extensible = 0xfffe;

    private static readonly float[] s_aLaw = Table(FromALaw), s_muLaw = Table(FromMuLaw);

    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no WAV file that is read, or damaged, or truncated.</exception>
    public static Audio Read(string path) => Decode(DataFile.ReadAllBytes(path), path);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static Audio Decode(ReadOnlySpan<byte> bytes, string source = "WAV")
    {
        if (bytes.Length < 12 || !bytes.StartsWith("RIFF"u8) || !bytes[8..].StartsWith("WAVE"u8)) throw new FormatException($"{source}: is not a WAV file (wrong signature)");
        Format? format = null;
        for (int at = 12; ;)
        {
            if (bytes.Length - at < 8) throw new FormatException($"{source}: is truncated: it ends at byte {bytes.Length} without {(format is null ? "a format" : "samples")}");
            var kind = bytes.Slice(at, 4);
            uint claimed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            at += 8;
            bool isData = kind.SequenceEqual("data"u8);
            // Programs that write to a pipe do not know the length: 0, or the largest number. Then the samples go on to the end.
            bool open = isData && (claimed == uint.MaxValue || claimed == 0 && at < bytes.Length);
            if (!open && claimed > bytes.Length - at)
                throw new FormatException($"{source}: is truncated: a chunk at byte {at - 8} needs {claimed} bytes, {bytes.Length - at} are left");
            var chunk = open ? bytes[at..] : bytes.Slice(at, (int)claimed);
            if (kind.SequenceEqual("fmt "u8)) format = Format.Parse(chunk, source);
            if (isData) return Samples(chunk, format ?? throw new FormatException($"{source}: has samples before their format"), open, source);
            at += chunk.Length + (chunk.Length & 1);
            if (at > bytes.Length) at = bytes.Length;
        }
    }

    /// <summary>A whole WAV file.</summary>
    public static byte[] Encode(Audio audio, WavSamples samples = WavSamples.Int16)
    {
        int size = samples == WavSamples.Int16 ? 2 : 4;
        bool isFloat = samples == WavSamples.Float32;
        // Other formats than PCM count their frames in a chunk of their own.
        int header = isFloat ? 12 + 8 + 18 + 8 + 4 + 8 : 12 + 8 + 16 + 8;
        long length = header + (long)audio.Samples.Length * size;
        if (length > Array.MaxLength) throw new DataException($"WAV: {audio.Samples.Length} samples do not fit in a file");
        using var stream = new MemoryStream((int)length);
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write((uint)(length - 8));
        writer.Write("WAVEfmt "u8);
        writer.Write(isFloat ? 18 : 16);
        writer.Write((short)(isFloat ? Float : Pcm));
        writer.Write((short)audio.Channels);
        writer.Write(audio.SampleRate);
        writer.Write((uint)Math.Min(uint.MaxValue, (long)audio.SampleRate * audio.Channels * size));
        writer.Write((short)(audio.Channels * size));
        writer.Write((short)(8 * size));
        if (isFloat)
        {
            writer.Write((short)0);
            writer.Write("fact"u8);
            writer.Write(4);
            writer.Write(audio.Frames);
        }
        writer.Write("data"u8);
        writer.Write((uint)(audio.Samples.Length * (long)size));
        foreach (float sample in audio.Samples)
        {
            if (isFloat) writer.Write(sample);
            else writer.Write((short)Math.Clamp(Math.Round(sample * 32768.0), short.MinValue, short.MaxValue));
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Writes a file. One that was there is replaced whole or not at all.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write(string path, Audio audio, WavSamples samples = WavSamples.Int16) => DataFile.WriteAllBytes(path, Encode(audio, samples));

    private readonly record struct Format(int Code, int Channels, int Rate, int Bits)
    {
        public static Format Parse(ReadOnlySpan<byte> chunk, string source)
        {
            if (chunk.Length < 16) throw new FormatException($"{source}: has a format chunk of {chunk.Length} bytes (at least 16)");
            int code = BinaryPrimitives.ReadUInt16LittleEndian(chunk), channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
            uint rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            int frame = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
            if (code == Extensible)
            {
                if (chunk.Length < 40) throw new FormatException($"{source}: has an extensible format of {chunk.Length} bytes (40 are needed)");
                code = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]); // the first bytes of the sub-format's identifier
            }
            bool known = code switch { Pcm => bits is 8 or 16 or 24 or 32, Float => bits is 32 or 64, ALaw or MuLaw => bits == 8, _ => false };
            if (!known) throw new FormatException($"{source}: has WAV format {code} of {bits} bits, which is not read (PCM, float, A-law and mu-law are)");
            if (channels is < 1 or > 256 || rate is 0 or > int.MaxValue) throw new FormatException($"{source}: has {channels} channels at {rate} Hz, which cannot be");
            if (frame != channels * bits / 8) throw new FormatException($"{source}: has frames of {frame} bytes for {channels} channels of {bits} bits");
            return new Format(code, channels, (int)rate, bits);
        }
    }

    private static Audio Samples(ReadOnlySpan<byte> data, Format format, bool open, string source)
    {
        int size = format.Bits / 8, frame = size * format.Channels;
        if (data.Length % frame != 0 && !open) throw new FormatException($"{source}: is truncated: {data.Length} bytes of samples are not whole frames of {frame}");
        var samples = new float[data.Length / frame * format.Channels];
        for (int i = 0; i < samples.Length; i++)
        {
            var at = data.Slice(i * size, size);
            samples[i] = (format.Code, size) switch
            {
                (ALaw, _) => s_aLaw[at[0]],
                (MuLaw, _) => s_muLaw[at[0]],
                (Float, 4) => BinaryPrimitives.ReadSingleLittleEndian(at),
                (Float, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                (_, 1) => (at[0] - 128) / 128f, // the only unsigned one
                (_, 2) => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768f,
                (_, 3) => (at[0] | at[1] << 8 | (sbyte)at[2] << 16) / 8388608f,
                _ => (float)(BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648.0),
            };
        }
        return new Audio(format.Rate, format.Channels, samples);
    }

    private static float[] Table(Func<int, int> decode)
    {
        var table = new float[256];
        for (int code = 0; code < 256; code++) table[code] = decode(code) / 32768f;
        return table;
    }

    /// <summary>G.711, table 1: sign, three bits of exponent, four of mantissa, every second bit inverted.</summary>
    private static int FromALaw(int code)
    {
        code ^= 0x55;
        int exponent = code >> 4 & 7, mantissa = (code & 15) << 4 | 8;
        int value = exponent == 0 ? mantissa : (mantissa | 0x100) << (exponent - 1);
        return (code & 0x80) != 0 ? value : -value;
    }

    /// <summary>G.711, table 2: all bits inverted, a bias of 33 in 14 bits.</summary>
    private static int FromMuLaw(int code)
    {
        code = ~code & 0xff;
        int value = (((code & 15) << 3 | 0x84) << (code >> 4 & 7)) - 0x84;
        return (code & 0x80) != 0 ? -value : value;
    }
}
