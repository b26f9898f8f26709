namespace Hebb.Data;

/// <summary>
/// A regular expression over code points, matched by backtracking. .NET's own works on UTF-16 units: to it, no letter lies outside the
/// basic plane.
/// </summary>
/// <remarks>Without captures, a pair (instruction, place) that failed once fails always: long attempts remember them, so that no
/// pattern takes exponential time.</remarks>
internal sealed class TextPattern
{
    private const int MaxInstructions = 50_000, StepsBeforeMemory = 4096;
    private readonly List<Instruction> _code = [];

    /// <exception cref="FormatException">It is no pattern, or uses what is not supported.</exception>
    public TextPattern(string source)
    {
        Source = source;
        Emit(PatternParser.Parse(source));
        Add(Kind.Accept);
    }

    public string Source { get; }

    /// <summary>The first match at or after a place: the leftmost, and there the first that the pattern prefers.</summary>
    public bool Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start <= text.Length; start++)
        {
            if (start > 0 && start < text.Length && char.IsLowSurrogate(text[start]) && char.IsHighSurrogate(text[start - 1])) continue;
            end = Match(text, start);
            if (end >= 0) return true;
        }
        end = -1;
        return false;
    }

    /// <summary>Where the match that starts at a place ends, or -1.</summary>
    public int Match(ReadOnlySpan<char> text, int at) => Run(text, at, 0);

    private int Run(ReadOnlySpan<char> text, int at, int pc)
    {
        Stack<(int Pc, int At)>? choices = null;
        HashSet<(int, int)>? failed = null;
        int steps = 0;
        while (true)
        {
            var step = _code[pc];
            bool ok = true;
            switch (step.Kind)
            {
                case Kind.Accept:
                    return at;
                case Kind.Set:
                    if (at < text.Length && step.Set!.Contains(CodePoints.At(text, at, out int length))) (pc, at) = (pc + 1, at + length);
                    else ok = false;
                    break;
                case Kind.Jump:
                    pc = step.Target;
                    break;
                case Kind.Split:
                    if (++steps < StepsBeforeMemory || (failed ??= []).Add((pc, at)))
                    {
                        (choices ??= new()).Push((step.Other, at));
                        pc = step.Target;
                    }
                    else
                    {
                        ok = false;
                    }
                    break;
                case Kind.Start:
                    ok = at == 0;
                    pc++;
                    break;
                case Kind.End:
                    ok = at == text.Length;
                    pc++;
                    break;
                case Kind.Behind:
                    ok = (at > 0 && step.Set!.Contains(CodePoints.Before(text, at, out _))) != step.Negative;
                    pc++;
                    break;
                case Kind.Ahead:
                    ok = Run(text, at, pc + 1) >= 0 != step.Negative;
                    pc = step.Target;
                    break;
                case Kind.Atomic:
                    int end = Run(text, at, pc + 1);
                    if (end >= 0) at = end;
                    else ok = false;
                    pc = step.Target;
                    break;
            }
            if (ok) continue;
            if (choices is null || !choices.TryPop(out var choice)) return -1;
            (pc, at) = choice;
        }
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                Add(Kind.Set, set: set.Members);
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts) Emit(part);
                break;
            case PatternNode.Choice choice:
                EmitChoice(choice.Options);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Atomic atomic:
                EmitNested(Kind.Atomic, atomic.Body, false);
                break;
            case PatternNode.Ahead ahead:
                EmitNested(Kind.Ahead, ahead.Body, ahead.Negative);
                break;
            case PatternNode.Behind behind:
                Add(Kind.Behind, set: behind.Members, negative: behind.Negative);
                break;
            case PatternNode.AtStart:
                Add(Kind.Start);
                break;
            case PatternNode.AtEnd:
                Add(Kind.End);
                break;
        }
    }

    private void EmitChoice(IReadOnlyList<PatternNode> options)
    {
        var ends = new List<int>();
        for (int i = 0; i < options.Count - 1; i++)
        {
            int split = Add(Kind.Split);
            Emit(options[i]);
            ends.Add(Add(Kind.Jump));
            _code[split] = _code[split] with { Target = split + 1, Other = _code.Count };
        }
        Emit(options[^1]);
        foreach (int jump in ends) _code[jump] = _code[jump] with { Target = _code.Count };
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        for (int i = 0; i < repeat.Min; i++) Emit(repeat.Body);
        if (repeat.Max < 0)
        {
            // A body that may match nothing would turn in place for ever.
            if (MayBeEmpty(repeat.Body)) throw new FormatException($"pattern \"{CsvTable.Shorten(Source)}\": repeats what may be empty");
            int split = Add(Kind.Split);
            Emit(repeat.Body);
            Add(Kind.Jump, target: split);
            Branch(split, repeat.Lazy);
            return;
        }
        var splits = new List<int>();
        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            splits.Add(Add(Kind.Split));
            Emit(repeat.Body);
        }
        foreach (int split in splits) Branch(split, repeat.Lazy);
    }

    private void Branch(int split, bool lazy)
    {
        var (into, past) = (split + 1, _code.Count);
        _code[split] = lazy ? _code[split] with { Target = past, Other = into } : _code[split] with { Target = into, Other = past };
    }

    private void EmitNested(Kind kind, PatternNode body, bool negative)
    {
        int head = Add(kind, negative: negative);
        Emit(body);
        Add(Kind.Accept);
        _code[head] = _code[head] with { Target = _code.Count };
    }

    private static bool MayBeEmpty(PatternNode node) => node switch
    {
        PatternNode.Set => false,
        PatternNode.Sequence sequence => sequence.Parts.All(MayBeEmpty),
        PatternNode.Choice choice => choice.Options.Any(MayBeEmpty),
        PatternNode.Repeat repeat => repeat.Min == 0 || MayBeEmpty(repeat.Body),
        PatternNode.Atomic atomic => MayBeEmpty(atomic.Body),
        _ => true,
    };

    private int Add(Kind kind, CharSet? set = null, int target = 0, bool negative = false)
    {
        if (_code.Count == MaxInstructions) throw new FormatException($"pattern \"{CsvTable.Shorten(Source)}\": is too large");
        _code.Add(new Instruction(kind, set, target, 0, negative));
        return _code.Count - 1;
    }

    private enum Kind
    {
        Accept,
        Set,
        Jump,
        Split,
        Start,
        End,
        Behind,
        Ahead,
        Atomic,
    }

    private readonly record struct Instruction(Kind Kind, CharSet? Set, int Target, int Other, bool Negative);
}
