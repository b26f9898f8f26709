using System.Globalization;

namespace Hebb.Torch;

/// <summary>Finds tensors in what a pickle made. A few bytes can make containers that hold each other millions of times, so every walk is bounded.</summary>
internal static class TorchTree
{
    private const int MostNested = 64, MostVisited = 1 << 20;

    /// <summary>Keys under which training scripts keep the weights beside other things, the most telling first.</summary>
    private static readonly string[] Customary = ["state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "params_ema", "ema", "generator", "module"];

    /// <summary>Wrappers that put their name in front of all others: data parallelism, and compiled models.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    /// <summary>All tensors, by the keys and places that lead to them, joined by dots.</summary>
    /// <exception cref="FormatException">Containers hold each other without end, or two tensors have one name.</exception>
    public static OrderedDictionary<string, TorchView> All(object? root)
    {
        var found = new OrderedDictionary<string, TorchView>();
        Walk(root, (path, value) =>
        {
            if (AsView(value) is { } view && !found.TryAdd(path.Length == 0 ? "tensor" : path, view))
                throw new FormatException($"two tensors are called '{path}'");
        });
        return found;
    }

    /// <summary>Numbers and texts, by the keys and places that lead to them.</summary>
    public static Dictionary<string, string> Facts(object? root)
    {
        var found = new Dictionary<string, string>();
        Walk(root, (path, value) =>
        {
            if (value is string or long or double or bool or System.Numerics.BigInteger && path.Length > 0)
                found.TryAdd(path, Convert.ToString(value, CultureInfo.InvariantCulture)!);
        });
        return found;
    }

    /// <summary>The state of a model: tensors by name, without the names of wrappers in front.</summary>
    /// <param name="root">What was saved.</param>
    /// <param name="at">The keys that lead to the state, joined by dots; null to look for it.</param>
    /// <exception cref="DataException">There is no such key; or there are several states, and none has a customary name.</exception>
    public static OrderedDictionary<string, TorchView> State(object? root, string? at)
    {
        object? place = root;
        foreach (string key in at is null ? [] : at.Split('.'))
        {
            place = place is OrderedDictionary<object, object?> within && within.TryGetValue(key, out object? inner) ? inner
                : throw new DataException($"holds no '{at}'{(place is OrderedDictionary<object, object?> known ? $": there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known.Keys.Take(20))}" : "")}");
        }
        if (at is null)
            place = Find(root);
        return Unwrapped(All(place));
    }

    /// <summary>Puts tensors in the places of views, in all containers.</summary>
    public static object? Resolved(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object>();
        object? result = Resolve(root);
        while (waiting.TryPop(out object? container))
        {
            switch (container)
            {
                case OrderedDictionary<object, object?> dictionary:
                    for (int i = 0; i < dictionary.Count; i++)
                        dictionary.SetAt(i, Resolve(dictionary.GetAt(i).Value));
                    break;
                case IList<object?> list:
                    for (int i = 0; i < list.Count; i++)
                        list[i] = Resolve(list[i]);
                    break;
            }
        }
        return result;

        object? Resolve(object? value)
        {
            if (value is not Tensor && AsView(value) is { } view)
                return view.Value();
            if (value is OrderedDictionary<object, object?> or List<object?> or object?[] && seen.Add(value))
                waiting.Push(value);
            return value;
        }
    }

    private static TorchView? AsView(object? value) => value switch
    {
        TorchView view => view,
        NumpyArray array => array.View,
        Tensor tensor => new TorchView(tensor),
        _ => null,
    };

    private static bool IsState(object? value) => value is OrderedDictionary<object, object?> entries && entries.Any(e => e.Key is string && AsView(e.Value) is not null);

    private static object? Find(object? root)
    {
        if (root is not OrderedDictionary<object, object?> entries)
            return root;
        var states = entries.Where(e => e.Key is string && IsState(e.Value)).ToList();
        foreach (string name in Customary)
        {
            if (states.Find(s => (string)s.Key == name).Value is { } state)
                return state;
        }
        if (states.Count == 0 || IsState(root))
            return root;
        return states.Count == 1 ? states[0].Value : throw new DataException($"holds several states: {string.Join(", ", states.Select(s => s.Key))}; say which one is meant");
    }

    private static OrderedDictionary<string, TorchView> Unwrapped(OrderedDictionary<string, TorchView> state)
    {
        foreach (string wrapper in Wrappers)
        {
            if (state.Count > 0 && state.Keys.All(k => k.Length > wrapper.Length && k.StartsWith(wrapper, StringComparison.Ordinal)))
                state = new(state.Select(e => KeyValuePair.Create(e.Key[wrapper.Length..], e.Value)));
        }
        return state;
    }

    private static void Walk(object? root, Action<string, object?> leaf)
    {
        int visited = 0;
        Visit("", root, 0);

        void Visit(string path, object? value, int depth)
        {
            if (depth > MostNested || ++visited > MostVisited)
                throw new FormatException("holds containers that are nested too deep, or that hold each other");
            switch (value)
            {
                case OrderedDictionary<object, object?> entries:
                    foreach (var (key, inner) in entries)
                        Visit(Join(path, key is string or long or bool or double ? Convert.ToString(key, CultureInfo.InvariantCulture)! : "?"), inner, depth + 1);
                    break;
                case IList<object?> list:
                    for (int i = 0; i < list.Count; i++)
                        Visit(Join(path, i.ToString(CultureInfo.InvariantCulture)), list[i], depth + 1);
                    break;
                default:
                    leaf(path, value);
                    break;
            }
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
