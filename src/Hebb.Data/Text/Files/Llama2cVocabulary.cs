using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data;

/// <summary>Reader of llama2.c's vocabularies: the length of the longest piece, then score, length and bytes of each. The first are unknown, begin and end; then come the 256 bytes.</summary>
internal static class Llama2cVocabulary
{
    private const int FirstByte = 3, Bytes = 256;

    public static TokenizerParts Read(byte[] bytes, string source)
    {
        var pieces = new List<(string Token, double Score)>();
        for (int at = 4; at < bytes.Length;)
        {
            if (bytes.Length - at < 8) throw Damaged();
            float score = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            if (length < 0 || length > bytes.Length - at - 8) throw Damaged();
            pieces.Add((Encoding.UTF8.GetString(bytes, at + 8, length), score));
            at += 8 + length;
        }
        if (pieces.Count < FirstByte + Bytes || pieces[FirstByte].Token != ByteFallback.Token(0)) throw Damaged();
        // Begin and end are written for display, between line feeds; spaces as themselves.
        for (int i = 0; i < pieces.Count; i++)
            pieces[i] = (i < FirstByte ? pieces[i].Token.Trim() : pieces[i].Token.Replace(' ', '\u2581'), pieces[i].Score);
        int[] types = [.. Enumerable.Range(0, pieces.Count).Select(i => i == 0 ? 2 : i < FirstByte ? 3 : i < FirstByte + Bytes ? 6 : 1)];
        return SentencePieceFile.FromPieces(pieces, types, source);

        FormatException Damaged() => new($"{source}: is no vocabulary of llama2.c, or is damaged");
    }
}
