using System.Numerics;
using System.Text;

namespace Hebb.Torch;

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

/// <summary>The type of the elements of a storage, such as <c>torch.FloatStorage</c>.</summary>
/// <param name="Name">Its name in Python.</param>
/// <param name="DType">Null for one of bytes without a type.</param>
internal sealed record StorageType(string Name, DType? DType);

/// <summary>All names that a pickle may use. Everything else is refused by its name, before anything is done with it.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, object> Known = Make();

    /// <summary>Element types that are packed or quantised: known, so that the refusal can say what they are.</summary>
    private static readonly string[] Quantised = ["QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage", "qint8", "quint8", "qint32", "quint4x2", "quint2x4"];

    /// <summary>What a name stands for: a <see cref="PickleFunction"/>, a <see cref="StorageType"/> or a <see cref="DType"/>.</summary>
    /// <exception cref="FormatException">It is not a name of plain data.</exception>
    public static object Find(string module, string name)
    {
        string full = $"{module}.{name}";
        string canonical = module switch
        {
            "__builtin__" => "builtins",
            "copy_reg" => "copyreg",
            "torch.cuda" when name.EndsWith("Storage", StringComparison.Ordinal) => "torch",
            _ when module.StartsWith("numpy._core", StringComparison.Ordinal) => "numpy.core" + module["numpy._core".Length..],
            _ => module,
        } + "." + name;
        if (Known.TryGetValue(canonical, out object? found))
            return found;
        if (Array.IndexOf(Quantised, name) >= 0 || name == "_rebuild_qtensor")
            throw new FormatException($"holds a quantised tensor ({full}), which is not read: call dequantize() on it in Python first");
        if (name is "_rebuild_sparse_tensor" or "_rebuild_sparse_csr_tensor" or "_rebuild_nested_tensor" or "_rebuild_meta_tensor_no_storage")
            throw new FormatException($"holds a tensor that is not dense ({full}), which is not read: call to_dense() on it in Python first");
        throw new FormatException($"holds an object of {full}; only tensors and plain containers are read: in Python, save model.state_dict() alone");
    }

    public static OrderedDictionary<object, object?> NewDictionary() => new(KeyComparer.Instance);

    public static HashSet<object> NewSet() => new(KeyComparer.Instance);

    /// <summary>Gives an object its state.</summary>
    /// <returns>The bytes that it took.</returns>
    /// <exception cref="FormatException">It is no object that takes one.</exception>
    public static long Build(object? target, object? state)
    {
        switch (target)
        {
            case OrderedDictionary<object, object?> or TorchView:
                // Attributes, such as the versions of layers in _metadata: nothing here reads them.
                return 0;
            case NumpyType type when state is object?[] parts:
                type.SetState(parts);
                return 0;
            case NumpyArray array when state is object?[] parts:
                return array.SetState(parts);
            default:
                throw new FormatException("the pickle gives a state to what takes none");
        }
    }

    private static Dictionary<string, object> Make()
    {
        var known = new Dictionary<string, object>();

        void Function(string name, Func<object?[], object?> call, int cost = 64) => known.Add(name, new PickleFunction(name, call, cost));

        Function("collections.OrderedDict", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("collections.Counter", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("collections.defaultdict", a => Dictionary(a.Length < 2 ? null : a[1]));
        Function("builtins.dict", a => Dictionary(a.Length == 0 ? null : a[0]));
        Function("builtins.list", a => new List<object?>(Items(a)));
        Function("builtins.tuple", a => Items(a));
        Function("builtins.set", Set);
        Function("builtins.frozenset", Set);
        Function("builtins.int", a => a.Length == 0 ? 0L : a[0]);
        Function("builtins.long", a => a.Length == 0 ? 0L : a[0]);
        Function("builtins.float", a => a.Length == 0 ? 0.0 : a[0]);
        Function("builtins.str", a => a.Length == 0 ? "" : a[0]);
        Function("builtins.bool", a => a.Length == 0 ? false : a[0]);
        Function("builtins.bytes", ToBytes);
        Function("builtins.bytearray", ToBytes);
        Function("builtins.complex", a => a is [double re, double im] ? new Complex(re, im) : throw Wrong("complex"));
        Function("_codecs.encode", a => a is [string text, ..] ? Encoding.Latin1.GetBytes(text) : throw Wrong("encode"));
        Function("torch.Size", a => Items(a));
        Function("torch.device", a => a is [string kind, .. var rest] ? rest is [long index] ? $"{kind}:{index}" : kind : throw Wrong("torch.device"));
        Function("torch._utils._rebuild_tensor", TorchView.Make, 600);
        Function("torch._utils._rebuild_tensor_v2", TorchView.Make, 600);
        Function("torch._utils._rebuild_tensor_v3", TorchView.MakeTyped, 600);
        Function("torch._utils._rebuild_parameter", a => a is [TorchView view, ..] ? view : throw Wrong("_rebuild_parameter"));
        Function("torch._utils._rebuild_parameter_with_state", a => a is [TorchView view, ..] ? view : throw Wrong("_rebuild_parameter_with_state"));
        Function("torch._tensor._rebuild_from_type_v2", a => a is [PickleFunction f, _, object?[] inner, ..] && f.ToString().StartsWith("torch._utils.", StringComparison.Ordinal) ? f.Call(inner) : throw Wrong("_rebuild_from_type_v2"), 600);
        // Named as the class of what is rebuilt; never called.
        Function("torch.Tensor", _ => throw Wrong("torch.Tensor"));
        Function("torch.nn.parameter.Parameter", a => a is [TorchView view, ..] ? view : throw Wrong("Parameter"));
        Function("numpy.ndarray", _ => throw Wrong("numpy.ndarray"));
        Function("numpy.dtype", NumpyType.Make);
        Function("numpy.core.multiarray._reconstruct", _ => new NumpyArray(), 600);
        Function("numpy.core.multiarray.scalar", NumpyArray.Scalar, 128);
        Function("numpy.core.numeric._frombuffer", NumpyArray.FromBuffer, 600);

        foreach (var (name, dtype) in TorchTypes.Storages)
            known.Add("torch." + name, new StorageType(name, dtype));
        foreach (string name in (string[])["torch.storage.UntypedStorage", "torch.storage._UntypedStorage", "torch.UntypedStorage"])
            known.Add(name, new StorageType("UntypedStorage", null));
        foreach (var (name, dtype) in TorchTypes.Elements)
            known.Add("torch." + name, dtype);
        return known;
    }

    private static FormatException Wrong(string function) => new($"the pickle calls {function} with other arguments than Python writes");

    private static object?[] Items(object?[] arguments) => arguments switch
    {
        [] => [],
        [object?[] tuple] => tuple,
        [List<object?> list] => [.. list],
        [HashSet<object> set] => [.. set],
        _ => throw Wrong("a container"),
    };

    private static HashSet<object> Set(object?[] arguments)
    {
        var set = NewSet();
        foreach (object? item in Items(arguments))
            set.Add(item!);
        return set;
    }

    private static OrderedDictionary<object, object?> Dictionary(object? items)
    {
        var made = NewDictionary();
        switch (items)
        {
            case null:
                break;
            case OrderedDictionary<object, object?> other:
                foreach (var (key, value) in other)
                    made[key] = value;
                break;
            case List<object?> or object?[]:
                foreach (object? item in (IEnumerable<object?>)items)
                {
                    object?[] pair = item switch { object?[] tuple => tuple, List<object?> { Count: 2 } list => [.. list], _ => [] };
                    if (pair is not [{ } key, var value])
                        throw Wrong("a dictionary");
                    made[key] = value;
                }
                break;
            default:
                throw Wrong("a dictionary");
        }
        return made;
    }

    private static object ToBytes(object?[] arguments) => arguments switch
    {
        [] => Array.Empty<byte>(),
        [byte[] bytes] => bytes,
        [string text, ..] => Encoding.Latin1.GetBytes(text),
        _ => throw Wrong("bytes"),
    };

    /// <summary>Keys whose hashes a file can't choose: equal ones would make dictionaries slow.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        public new bool Equals(object? x, object? y) => object.Equals(x, y);

        public int GetHashCode(object key) => key switch
        {
            long number => HashCode.Combine((int)number, (int)(number >> 32)),
            double number => HashCode.Combine((int)BitConverter.DoubleToInt64Bits(number), (int)(BitConverter.DoubleToInt64Bits(number) >> 32)),
            Complex number => HashCode.Combine(BitConverter.DoubleToInt64Bits(number.Real) >> 32, (int)BitConverter.DoubleToInt64Bits(number.Real), BitConverter.DoubleToInt64Bits(number.Imaginary) >> 32, (int)BitConverter.DoubleToInt64Bits(number.Imaginary)),
            _ => key.GetHashCode(),
        };
    }
}
