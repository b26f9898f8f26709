namespace Hebb.Data;

/// <summary>
/// GPT-2's way to write bytes as printable characters: those of Latin-1 that can be seen stand for themselves, the others for the
/// characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_chars = MakeChars();
    private static readonly short[] s_bytes = MakeBytes();

    public static char Char(byte value) => s_chars[value];

    /// <summary>The byte of a character, or -1.</summary>
    public static int Byte(char c) => c < s_bytes.Length ? s_bytes[c] : -1;

    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var chars = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++) chars[i] = s_chars[bytes[i]];
        return new string(chars);
    }

    /// <summary>The bytes that a text of this alphabet stands for, or null where it has other characters.</summary>
    public static byte[]? ToBytes(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            int value = Byte(text[i]);
            if (value < 0) return null;
            bytes[i] = (byte)value;
        }
        return bytes;
    }

    private static char[] MakeChars()
    {
        var chars = new char[256];
        for (int value = 0, extra = 256; value < 256; value++)
            chars[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)extra++;
        return chars;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[324];
        bytes.AsSpan().Fill(-1);
        for (int value = 0; value < 256; value++) bytes[s_chars[value]] = (short)value;
        return bytes;
    }
}
