namespace Hebb.Data;

/// <content>The stack with its marks, the memory, and what is done to the objects there.</content>
internal ref partial struct Unpickler
{
    private static readonly object?[] EmptyTuple = [];

    private readonly object? Top => _stack.Count > Floor ? _stack[^1] : throw Empty();

    private readonly int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private static FormatException Empty() => new("the pickle takes more from its stack than there is");

    private void Push(object? value)
    {
        Charge(16);
        _stack.Add(value);
    }

    private object? Pop()
    {
        object? value = Top;
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
            throw Empty();
        Charge(24 + 8L * count);
        var values = new object?[count];
        _stack.CopyTo(_stack.Count - count, values, 0, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    /// <summary>Takes what was pushed since the last mark, but for the values on top that are to stay.</summary>
    private object?[] PopMark(int beneath = 0)
    {
        if (_marks.Count == 0)
            throw new FormatException("the pickle looks for a mark that it has not set");
        int mark = _marks[^1];
        if (_stack.Count - beneath < mark)
            throw Empty();
        object?[] kept = beneath == 0 ? EmptyTuple : PopMany(beneath);
        object?[] values = PopMany(_stack.Count - mark);
        _marks.RemoveAt(_marks.Count - 1);
        _stack.AddRange(kept);
        return values;
    }

    private object?[] PopTuple() => Pop() as object?[] ?? throw new FormatException("the pickle calls with what is no tuple");

    private string PopText(string what) => Pop() as string ?? throw new FormatException($"the pickle gives no text as {what}");

    private readonly T TopIs<T>(string what, int below = 0) where T : class
    {
        int at = _stack.Count - 1 - below;
        if (at < 0)
            throw Empty();
        return _stack[at] as T ?? throw new FormatException($"the pickle adds to what is no {what}");
    }

    private void Remember(uint place)
    {
        Charge(40);
        _memo[place] = Top;
    }

    private readonly object? Remembered(uint place) =>
        _memo.TryGetValue(place, out object? value) ? value : throw new FormatException($"the pickle asks for object {place}, which it has not put away");

    private void Call(object? function, object?[] arguments)
    {
        if (function is not PickleFunction known)
            throw new FormatException("the pickle calls what can't be called");
        Charge(known.Cost(arguments));
        Push(known.Call(arguments));
    }

    private void AddItems(object?[] values)
    {
        Charge(24L * values.Length);
        TopIs<List<object?>>("list").AddRange(values);
    }

    private void AddMembers(object?[] values)
    {
        Charge(96L * values.Length);
        TopIs<HashSet<object>>("set").UnionWith(values!);
    }

    private void SetItems(object?[] pairs, string what) => SetItems(TopIs<OrderedDictionary<object, object?>>(what), pairs);

    private void SetItems(OrderedDictionary<object, object?> target, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw new FormatException("the pickle has a key without a value");
        Charge(96L * pairs.Length / 2);
        for (int i = 0; i < pairs.Length; i += 2)
            target[pairs[i] ?? throw new FormatException("the pickle has a dictionary with the key None")] = pairs[i + 1];
    }

    private OrderedDictionary<object, object?> NewDictionary()
    {
        Charge(64);
        return PickleContainers.NewDictionary();
    }
}
