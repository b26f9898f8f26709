namespace Hebb;

/// <summary>
/// How the elements of a GGUF tensor are stored: as numbers, or in blocks that share scales (the layouts of ggml). The number of each is its code in files. Rows, along the last axis, are whole
/// blocks.
/// </summary>
public enum GgufType
{
    F32 = 0,
    F16 = 1,

    /// <summary>32 elements of 4 bits, a scale.</summary>
    Q4_0 = 2,

    /// <summary>32 elements of 4 bits, a scale and a least value.</summary>
    Q4_1 = 3,

    /// <summary>32 elements of 5 bits, a scale.</summary>
    Q5_0 = 6,

    /// <summary>32 elements of 5 bits, a scale and a least value.</summary>
    Q5_1 = 7,

    /// <summary>32 elements of 8 bits, a scale.</summary>
    Q8_0 = 8,

    /// <summary>32 elements of 8 bits, a scale and their sum.</summary>
    Q8_1 = 9,

    /// <summary>256 elements of 2 bits; every 16 a scale and a least value of 4 bits.</summary>
    Q2_K = 10,

    /// <summary>256 elements of 3 bits; every 16 a scale of 6 bits.</summary>
    Q3_K = 11,

    /// <summary>256 elements of 4 bits; every 32 a scale and a least value of 6 bits.</summary>
    Q4_K = 12,

    /// <summary>256 elements of 5 bits; every 32 a scale and a least value of 6 bits.</summary>
    Q5_K = 13,

    /// <summary>256 elements of 6 bits; every 16 a scale of 8 bits.</summary>
    Q6_K = 14,

    /// <summary>256 elements of 8 bits, a scale and the sums of every 16.</summary>
    Q8_K = 15,
    I8 = 24,
    I16 = 25,
    I32 = 26,
    I64 = 27,
    F64 = 28,
    BF16 = 30,
}

/// <summary>Facts about the types of GGUF tensors.</summary>
public static class GgufTypes
{
    /// <summary>Types that are known, but not read.</summary>
    private static readonly Dictionary<int, string> Refused = new()
    {
        [4] = "Q4_2",
        [5] = "Q4_3",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [20] = "IQ4_NL",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [23] = "IQ4_XS",
        [29] = "IQ1_M",
        [31] = "Q4_0_4_4",
        [32] = "Q4_0_4_8",
        [33] = "Q4_0_8_8",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [36] = "IQ4_NL_4_4",
        [37] = "IQ4_NL_4_8",
        [38] = "IQ4_NL_8_8",
        [39] = "MXFP4",
    };

    extension(GgufType type)
    {
        /// <summary>The element type of tensors of numbers; null for blocks.</summary>
        public DType? DType => type switch
        {
            GgufType.F32 => Hebb.DType.Float32,
            GgufType.F16 => Hebb.DType.Float16,
            GgufType.BF16 => Hebb.DType.BFloat16,
            GgufType.F64 => Hebb.DType.Float64,
            GgufType.I8 => Hebb.DType.Int8,
            GgufType.I16 => Hebb.DType.Int16,
            GgufType.I32 => Hebb.DType.Int32,
            GgufType.I64 => Hebb.DType.Int64,
            _ => null,
        };

        /// <summary>The elements of a block; 1 for numbers.</summary>
        public int BlockSize => type.DType is not null ? 1 : type >= GgufType.Q2_K ? 256 : 32;

        /// <summary>The bytes of a block.</summary>
        public int BlockBytes => type switch
        {
            GgufType.Q4_0 => 18,
            GgufType.Q4_1 => 20,
            GgufType.Q5_0 => 22,
            GgufType.Q5_1 => 24,
            GgufType.Q8_0 => 34,
            GgufType.Q8_1 => 36,
            GgufType.Q2_K => 84,
            GgufType.Q3_K => 110,
            GgufType.Q4_K => 144,
            GgufType.Q5_K => 176,
            GgufType.Q6_K => 210,
            GgufType.Q8_K => 292,
            _ => type.DType?.Size ?? throw new FormatException($"there is no GGUF type {(int)type}"),
        };

        /// <summary>The bytes that <paramref name="count"/> elements take, a multiple of the block size.</summary>
        public long BytesFor(long count) => count / type.BlockSize * type.BlockBytes;
    }

    /// <summary>The type that holds elements of a tensor as they are.</summary>
    /// <exception cref="DTypeException">There is none.</exception>
    public static GgufType Of(DType dtype, string tensor)
    {
        foreach (var type in Enum.GetValues<GgufType>())
        {
            if (type.DType == dtype)
                return type;
        }
        throw new DTypeException($"a GGUF file has no {dtype.Name}; cast '{tensor}' first");
    }

    /// <summary>The type of a code in a file.</summary>
    /// <exception cref="FormatException">It is not read; the message names it.</exception>
    internal static GgufType Parse(uint code, string tensor)
    {
        if (Enum.IsDefined((GgufType)code))
            return (GgufType)code;
        throw new FormatException(code < 64 && Refused.TryGetValue((int)code, out string? name) ? $"'{tensor}' is in blocks of the type {name}, which is not read" : $"'{tensor}' is of the unknown type {code}");
    }
}
