namespace Hebb.Data;

/// <summary>Reader of SentencePiece's <c>.model</c> files (Kudo and Richardson 2018, arXiv:1808.06226).</summary>
internal static class SentencePieceFile
{
    private const string Space = "\u2581";

    private enum PieceType
    {
        Normal = 1,
        Unknown,
        Control,
        UserDefined,
        Unused,
        Byte,
    }

    private sealed record Settings
    {
        public int ModelType { get; set; } = 1;

        public bool ByteFallback { get; set; }

        public bool SpaceAsSuffix { get; set; }

        public byte[] Rules { get; set; } = [];

        public bool DummyPrefix { get; set; } = true;

        public bool RemoveExtraSpaces { get; set; } = true;

        public bool EscapeSpaces { get; set; } = true;
    }

    public static TokenizerParts Read(byte[] bytes, string source)
    {
        var pieces = new List<(string Token, double Score)>();
        var types = new List<PieceType>();
        var settings = new Settings();
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            if (reader.Field == 1) ReadPiece(reader.Bytes, source, pieces, types);
            else if (reader.Field == 2) ReadTrainer(reader.Bytes, source, settings);
            else if (reader.Field == 3) ReadNormalizer(reader.Bytes, source, settings);
        }
        if (pieces.Count == 0) throw new FormatException($"{source}: is no SentencePiece model: it has no pieces");
        if (settings.SpaceAsSuffix) throw new FormatException($"{source}: white space as a suffix is not supported");
        if (types.Contains(PieceType.Unused)) throw new FormatException($"{source}: a vocabulary with unused pieces is not supported");
        return Assemble(settings, pieces, types, source);
    }

    /// <summary>A tokenizer of pieces by byte-pair encoding, as SentencePiece makes it for Llama: bytes stand for what is in no piece, a space is put in front.</summary>
    /// <param name="pieces">Token and score by id, with U+2581 for spaces; higher scores merge first.</param>
    /// <param name="types">1 for ordinary pieces, 2 for the unknown one, 3 for control, 4 for those of users, 6 for bytes.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="FormatException">A type is unknown, or a score no number.</exception>
    public static TokenizerParts FromPieces(List<(string Token, double Score)> pieces, IReadOnlyList<int> types, string source)
    {
        int wrong = pieces.FindIndex(p => !double.IsFinite(p.Score));
        if (wrong >= 0) throw new FormatException($"{source}: the score of piece {wrong} is not a number");
        if (types.Any(t => !Enum.IsDefined((PieceType)t) || (PieceType)t == PieceType.Unused)) throw new FormatException($"{source}: a piece is of a type that is not supported");
        return Assemble(new Settings { ModelType = 2, ByteFallback = true, RemoveExtraSpaces = false }, pieces, [.. types.Select(t => (PieceType)t)], source);
    }

    private static TokenizerParts Assemble(Settings settings, List<(string Token, double Score)> pieces, List<PieceType> types, string source) => new(Model(settings, pieces, types, source))
    {
        Normalizer = Normalizer(settings, source),
        Decoder = Decoder(settings),
        AddedTokens = [.. Enumerable.Range(0, pieces.Count).Where(id => types[id] is PieceType.Unknown or PieceType.Control or PieceType.UserDefined)
            .Select(id => new AddedToken(pieces[id].Token, id) { Special = types[id] != PieceType.UserDefined })],
    };

    private static TokenModel Model(Settings settings, List<(string Token, double Score)> pieces, List<PieceType> types, string source)
    {
        int unknown = types.IndexOf(PieceType.Unknown);
        bool Normal(int id) => types[id] is PieceType.Normal or PieceType.UserDefined;
        try
        {
            switch (settings.ModelType)
            {
                case 1:
                    return new UnigramModel(pieces, unknown, settings.ByteFallback, id => types[id] == PieceType.Normal, singlePrecision: true);
                case 2 or 4:
                    var vocabulary = new TokenVocabulary(pieces.Select(p => p.Token));
                    // Higher scores merge first; pieces of one score, from the left.
                    var ranks = pieces.Select(p => p.Score).Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(p => p.score, p => p.rank);
                    var merges = BpeModel.MergesOf(vocabulary, id => settings.ModelType == 2 && Normal(id) ? ranks[pieces[id].Score] : null);
                    return new BpeModel(vocabulary, merges, new BpeOptions
                    {
                        UnknownToken = unknown < 0 ? null : pieces[unknown].Token,
                        ByteFallback = settings.ByteFallback,
                        FuseUnknown = true,
                    });
                default:
                    throw new FormatException("a model of whole words is not supported");
            }
        }
        catch (FormatException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
    }

    private static SequenceNormalizer Normalizer(Settings settings, string source)
    {
        var steps = new List<TextNormalizer>();
        if (settings.Rules.Length > 0) steps.Add(new PrecompiledNormalizer(settings.Rules, source));
        if (settings.RemoveExtraSpaces)
        {
            steps.Add(new ReplaceNormalizer(SplitPattern.Regex("^ +| +$"), ""));
            steps.Add(new ReplaceNormalizer(SplitPattern.Regex(" {2,}"), " "));
        }
        if (settings.DummyPrefix) steps.Add(new PrependNormalizer(settings.EscapeSpaces ? Space : " "));
        if (settings.EscapeSpaces) steps.Add(new ReplaceNormalizer(SplitPattern.Literal(" "), Space));
        return new SequenceNormalizer(steps);
    }

    private static SequenceDecoder Decoder(Settings settings)
    {
        var steps = new List<TokenDecoder> { Decoders.Replace(SplitPattern.Literal(Space), " "), new ByteFallbackDecoder(), new FuseDecoder() };
        if (settings.DummyPrefix) steps.Add(Decoders.Strip(' ', 1, 0));
        return new SequenceDecoder(steps);
    }

    private static void ReadPiece(ReadOnlySpan<byte> bytes, string source, List<(string, double)> pieces, List<PieceType> types)
    {
        var (token, score, type) = ("", 0f, PieceType.Normal);
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            if (reader.Field == 1) token = reader.Text;
            else if (reader.Field == 2) score = reader.Single;
            else if (reader.Field == 3) type = (PieceType)reader.Integer;
        }
        if (!float.IsFinite(score)) throw new FormatException($"{source}: the score of piece {pieces.Count} is not a number");
        if (!Enum.IsDefined(type)) throw new FormatException($"{source}: piece {pieces.Count} is of the unknown type {(int)type}");
        pieces.Add((token, score));
        types.Add(type);
    }

    private static void ReadTrainer(ReadOnlySpan<byte> bytes, string source, Settings settings)
    {
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            if (reader.Field == 3) settings.ModelType = reader.Integer;
            else if (reader.Field == 24) settings.SpaceAsSuffix = reader.Flag;
            else if (reader.Field == 35) settings.ByteFallback = reader.Flag;
        }
    }

    private static void ReadNormalizer(ReadOnlySpan<byte> bytes, string source, Settings settings)
    {
        var reader = new ProtobufReader(bytes, source);
        while (reader.Next())
        {
            if (reader.Field == 2) settings.Rules = reader.Bytes.ToArray();
            else if (reader.Field == 3) settings.DummyPrefix = reader.Flag;
            else if (reader.Field == 4) settings.RemoveExtraSpaces = reader.Flag;
            else if (reader.Field == 5) settings.EscapeSpaces = reader.Flag;
        }
    }
}
