using System.Buffers.Text;

namespace Hebb.Files;

/// <summary>A value of a JSON text that knows where it is: what is missing or of another kind is an error that names the place.</summary>
internal sealed class Json
{
    private readonly JsonTokens _tokens;
    private readonly int _token;
    private readonly Json? _parent;
    private readonly string? _name;
    private readonly int _index;

    private Json(JsonTokens tokens, int token, Json? parent, string? name, int index) => (_tokens, _token, _parent, _name, _index) = (tokens, token, parent, name, index);

    /// <param name="text">The text in UTF-8.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public static Json Parse(byte[] text, string name)
    {
        try
        {
            return new Json(new JsonTokens(text), 0, null, name, 0);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name} {e.Message}", e);
        }
    }

    public string At => _parent is null ? _name! : _name is null ? $"{_parent.At}[{_index}]" : $"{_parent.At}.{_name}";

    /// <summary>What an object calls it; empty elsewhere.</summary>
    public string Name => _parent is null ? "" : _name ?? "";

    public JsonKind Kind => _tokens.Kind(_token);

    public bool Has(string name) => Find(name) is not null;

    public Json this[string name] => Find(name) ?? throw new FormatException($"{At} has no \"{name}\"");

    /// <summary>A member of an object, the last of that name; null where there is none.</summary>
    public Json? Find(string name)
    {
        if (Kind != JsonKind.Object)
            return null;
        int found = -1, end = _tokens.Next(_token);
        for (int key = _token + 1; key < end; key = _tokens.Next(key + 1))
        {
            if (_tokens.Is(key, name))
                found = key + 1;
        }
        return found < 0 ? null : new Json(_tokens, found, this, name, 0);
    }

    /// <summary>How many values a list has.</summary>
    public int Count
    {
        get
        {
            if (Kind != JsonKind.Array)
                throw new FormatException($"{At} is no list");
            int count = 0, end = _tokens.Next(_token);
            for (int item = _token + 1; item < end; item = _tokens.Next(item))
                count++;
            return count;
        }
    }

    public List<Json> Items()
    {
        var items = new List<Json>(Count);
        int end = _tokens.Next(_token);
        for (int item = _token + 1; item < end; item = _tokens.Next(item))
            items.Add(new Json(_tokens, item, this, null, items.Count));
        return items;
    }

    public List<Json> Members()
    {
        var members = new List<Json>();
        foreach (var member in EachMember())
            members.Add(member);
        return members;
    }

    /// <summary>The members of an object one after the other: of a damaged one no more are made than those before the damage.</summary>
    public IEnumerable<Json> EachMember()
    {
        if (Kind != JsonKind.Object)
            throw new FormatException($"{At} is no object");
        int end = _tokens.Next(_token);
        for (int key = _token + 1; key < end; key = _tokens.Next(key + 1))
            yield return new Json(_tokens, key + 1, this, _tokens.String(key) ?? throw new FormatException($"{At}: a name is no valid text"), 0);
    }

    public string Text() => Kind != JsonKind.String ? throw new FormatException($"{At} is no text") : _tokens.String(_token) ?? throw new FormatException($"{At} is no valid text");

    public string TextOr(string name, string missing) => Find(name)?.Text() ?? missing;

    public int Int() => Kind == JsonKind.Number && Utf8Parser.TryParse(Digits, out int value, out int read) && read == Digits.Length ? value : throw new FormatException($"{At} is no integer of 32 bits");

    public long Long() => Kind == JsonKind.Number && Utf8Parser.TryParse(Digits, out long value, out int read) && read == Digits.Length ? value : throw new FormatException($"{At} is no integer of 64 bits");

    public int[] Ints()
    {
        var items = Items();
        var values = new int[items.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = items[i].Int();
        return values;
    }

    public bool Bool() => Kind switch
    {
        JsonKind.True => true,
        JsonKind.False => false,
        _ => throw new FormatException($"{At} is neither true nor false"),
    };

    /// <summary>A number; those that JSON lacks are the texts inf, -inf and nan.</summary>
    public double Number()
    {
        if (Kind == JsonKind.String)
        {
            return Text() switch
            {
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                "nan" => double.NaN,
                _ => throw new FormatException($"{At} is no number"),
            };
        }
        return Kind == JsonKind.Number && Utf8Parser.TryParse(Digits, out double value, out _) ? value : throw new FormatException($"{At} is no number");
    }

    public DType DType()
    {
        string text = Text();
        return DTypes.TryParse(text, out var dtype) ? dtype : throw new FormatException($"{At}: no element type is called '{text}'");
    }

    private ReadOnlySpan<byte> Digits => _tokens.Number(_token);
}
