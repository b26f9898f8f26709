namespace Hebb.Data;

/// <summary>Something that a pickle may call.</summary>
/// <param name="name">Its full name in Python.</param>
/// <param name="call">What it makes of its arguments.</param>
/// <param name="cost">The bytes that a call takes at most, beside those of the elements of its arguments.</param>
internal sealed class PickleFunction(string name, Func<object?[], object?> call, int cost = 64)
{
    public object? Call(object?[] arguments) => call(arguments);

    /// <summary>The bytes that a call takes at most.</summary>
    public long Cost(object?[] arguments)
    {
        long sum = cost;
        foreach (object? argument in arguments)
        {
            sum += argument switch
            {
                string text => 2L * text.Length,
                byte[] bytes => bytes.Length,
                object?[] items => 96L * items.Length,
                List<object?> items => 96L * items.Count,
                HashSet<object> items => 96L * items.Count,
                OrderedDictionary<object, object?> items => 96L * items.Count,
                _ => 0,
            };
        }
        return sum;
    }

    public override string ToString() => name;
}
