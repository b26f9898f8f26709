namespace Hebb.Onnx;

/// <summary>
/// Counts the messages, texts and numbers of a file before anything is made of them: a message of a few bytes takes hundreds once it is an object, and a number of one byte up to 24 while its list
/// grows, so that a short file of empty messages or small numbers would fill the memory. The numbers that a tensor's shape asks for are free.
/// </summary>
internal static class MessageScan
{
    private const int MaxDepth = 128;
    private const int NumberBytes = 24;
    private const int Dims = 1;    // of a tensor

    /// <summary>What a field holds: a text, or a message of a kind that stands here.</summary>
    private sealed class Kind(int bytes, params int[] numbers)
    {
        public int Bytes => bytes;

        public Dictionary<int, Kind> Fields { get; } = [];

        /// <summary>The fields that are lists of numbers of as many bytes as they need.</summary>
        public int[] Numbers => numbers;

        /// <summary>Its first field is a shape, which tells how many numbers there are.</summary>
        public bool IsTensor { get; init; }
    }

    private static readonly Kind s_text = new(40);

    /// <summary>The kinds of messages that are files, by their names.</summary>
    private static readonly Dictionary<string, Kind> s_roots = Make();

    /// <summary>Walks over a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="message">The name of its message, such as <c>ModelProto</c>.</param>
    /// <exception cref="FormatException">It holds more messages than a file of its length has to.</exception>
    public static void Check(ReadOnlySpan<byte> bytes, string message)
    {
        long left = (48L << 20) + 3L * bytes.Length;
        if (s_roots.TryGetValue(message, out var root))
            Walk(bytes, root, 0, ref left);
    }

    // What is damaged ends the walk: the parser says what is wrong with it.
    private static void Walk(ReadOnlySpan<byte> bytes, Kind kind, int depth, ref long left)
    {
        long free = kind.IsTensor ? Count(bytes) : 0;
        while (bytes.Length > 0 && depth < MaxDepth)
        {
            if (!Varint(ref bytes, out ulong tag))
                return;
            bool isNumbers = Array.IndexOf(kind.Numbers, (int)(tag >> 3)) >= 0, isDims = kind.IsTensor && tag >> 3 == Dims;
            switch (tag & 7)
            {
                case 0:
                    if (!Varint(ref bytes, out _))
                        return;
                    if (isNumbers)
                        Charge(1, isDims, ref free, ref left);
                    break;
                case 1 when bytes.Length >= 8:
                    bytes = bytes[8..];
                    break;
                case 5 when bytes.Length >= 4:
                    bytes = bytes[4..];
                    break;
                case 2:
                    if (!Varint(ref bytes, out ulong length) || length > (ulong)bytes.Length)
                        return;
                    if (kind.Fields.TryGetValue((int)(tag >> 3), out var inner))
                    {
                        left -= inner.Bytes + (inner == s_text ? 2 * (long)length : 0);
                        if (left < 0)
                            throw new FormatException("it holds more messages than a model of its length has");
                        if (inner != s_text)
                            Walk(bytes[..(int)length], inner, depth + 1, ref left);
                    }
                    else if (isNumbers)
                    {
                        Charge(Ends(bytes[..(int)length]), isDims, ref free, ref left);
                    }
                    bytes = bytes[(int)length..];
                    break;
                default:
                    return;
            }
        }
    }

    private static void Charge(long numbers, bool isDims, ref long free, ref long left)
    {
        long given = isDims ? 0 : Math.Min(numbers, free);
        free -= given;
        left -= (numbers - given) * NumberBytes;
        if (left < 0)
            throw new FormatException("it holds more numbers than its shapes ask for");
    }

    // Bytes that end a number.
    private static long Ends(ReadOnlySpan<byte> bytes)
    {
        long count = 0;
        foreach (byte b in bytes)
            count += b < 0x80 ? 1 : 0;
        return count;
    }

    // How many elements the shape of a tensor has, wherever in the message it stands.
    private static long Count(ReadOnlySpan<byte> bytes)
    {
        long count = 1;
        while (bytes.Length > 0 && Varint(ref bytes, out ulong tag))
        {
            if ((tag & 7) is 1 or 5)
            {
                int size = (tag & 7) == 1 ? 8 : 4;
                if (bytes.Length < size)
                    break;
                bytes = bytes[size..];
                continue;
            }
            if ((tag & 7) is not (0 or 2) || !Varint(ref bytes, out ulong value))
                break;
            if ((tag & 7) == 0)
            {
                Times(ref count, tag >> 3, value);
                continue;
            }
            if (value > (ulong)bytes.Length)
                break;
            var inner = bytes[..(int)value];
            while (tag >> 3 == Dims && inner.Length > 0 && Varint(ref inner, out ulong size))
                Times(ref count, Dims, size);
            bytes = bytes[(int)value..];
        }
        return count;

        static void Times(ref long count, ulong field, ulong size)
        {
            if (field == Dims)
                count = size > 0 && (ulong)count > long.MaxValue / size ? long.MaxValue : count * (long)size;
        }
    }

    private static bool Varint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }
        return false;
    }

    // The bytes are those of the object, of what Hebb makes of it, and of its empty lists.
    private static Dictionary<string, Kind> Make()
    {
        Kind model = new(500), opset = new(100), pair = new(100), graph = new(800), function = new(900), node = new(900), attribute = new(700, 8), tensor = new(600, 1, 5, 7, 11) { IsTensor = true }, sparse = new(300, 3), value = new(150),
            shape = new(100), size = new(80), type = new(100), ofTensor = new(80), ofType = new(80), sequence = new(400), map = new(300, 3), optional = new(150);
        Set(model, (2, s_text), (3, s_text), (4, s_text), (6, s_text), (7, graph), (8, opset), (14, pair), (25, function));
        Set(opset, (1, s_text));
        Set(pair, (1, s_text), (2, s_text));
        Set(graph, (1, node), (2, s_text), (5, tensor), (10, s_text), (11, value), (12, value), (13, value), (15, sparse), (16, pair));
        Set(function, (1, s_text), (4, s_text), (5, s_text), (6, s_text), (7, node), (8, s_text), (9, opset), (10, s_text), (11, attribute), (13, s_text));
        Set(node, (1, s_text), (2, s_text), (3, s_text), (4, s_text), (5, attribute), (6, s_text), (7, s_text), (8, s_text));
        Set(attribute, (1, s_text), (4, s_text), (5, tensor), (6, graph), (9, s_text), (10, tensor), (11, graph), (13, s_text), (14, type), (15, type), (21, s_text), (22, sparse), (23, sparse));
        Set(tensor, (6, s_text), (8, s_text), (12, s_text), (13, pair));
        Set(sparse, (1, tensor), (2, tensor));
        Set(value, (1, s_text), (2, type), (3, s_text));
        Set(shape, (1, size));
        Set(size, (2, s_text), (3, s_text));
        Set(type, (1, ofTensor), (4, ofType), (5, ofType), (6, s_text), (8, ofTensor), (9, ofType));
        Set(ofTensor, (2, shape));
        // A sequence's and an optional's type is field 1, a map's field 2.
        Set(ofType, (1, type), (2, type));
        Set(sequence, (1, s_text), (3, tensor), (4, sparse), (5, sequence), (6, map), (7, optional));
        Set(map, (1, s_text), (4, s_text), (5, sequence));
        Set(optional, (1, s_text), (3, tensor), (4, sparse), (5, sequence), (6, map), (7, optional));
        return new() { ["ModelProto"] = model, ["TensorProto"] = tensor, ["SequenceProto"] = sequence, ["OptionalProto"] = optional, ["MapProto"] = map };

        static void Set(Kind kind, params ReadOnlySpan<(int Field, Kind Kind)> fields)
        {
            foreach (var (field, inner) in fields)
                kind.Fields.Add(field, inner);
        }
    }
}
